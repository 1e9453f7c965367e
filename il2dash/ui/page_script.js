// What the browser does by itself. One listener on the document serves every button there is or will be:
//   button[data-save="svg|png"][data-figure=KEY][data-file=NAME][data-method][data-alt]   a figure as a file
//   button[data-copy-link]                                                                 this view's address
// The page's footer has the words under every figure and the start of its file's name (data-figure-caption, -prefix).
(() => {
  if (window.il2dash) return;
  window.il2dash = true;

  const SVG = "http://www.w3.org/2000/svg";
  const INK = "#1c2630";
  const GRID = "#d5dbe1";
  const FONTS = '"Source Sans", "Source Sans 3", Arial, Helvetica, sans-serif';
  const EDGE = 14; // pixels around the words
  const TITLE = { size: 16, weight: 600, leading: 21 };
  const CAPTION = { size: 12, weight: 400, leading: 16.5 };
  const PNG_SCALE = 2;
  const PAPER = 680; // an A4 page between the stylesheet's margins, in pixels

  document.addEventListener("click", (event) => {
    const save = event.target.closest("[data-save]");
    if (save) saveFigure(save).catch((error) => { say("The figure can't be saved: " + error.message); });
    const copy = event.target.closest("[data-copy-link]");
    if (copy) copyLink(copy);
  });

  // Streamlit gives a figure whose points can be chosen Plotly's dragging, which takes a finger that wants to scroll the
  // page. Nothing is dragged here; a tap still arrives, as the click that the browser makes of it.
  document.addEventListener(
    "touchstart",
    (event) => {
      if (event.target.closest(".js-plotly-plot .draglayer")) event.stopImmediatePropagation();
    },
    { capture: true, passive: true },
  );

  // --- Figures as files -------------------------------------------------------------------------------------------

  async function saveFigure(button) {
    const drawn = document.querySelector(`.st-key-${CSS.escape(button.dataset.figure)} .js-plotly-plot`);
    const footer = document.querySelector("[data-figure-caption]");
    if (!drawn || !footer) throw new Error("it isn't drawn yet");
    const words = [button.dataset.method, ...JSON.parse(footer.dataset.figureCaption)].filter(Boolean);
    const svg = pictureOf(drawn, titleOver(button), button.dataset.alt, words);
    const file = footer.dataset.figurePrefix + button.dataset.file;
    if (button.dataset.save === "svg") {
      offer(new Blob([written(svg)], { type: "image/svg+xml" }), file + ".svg");
    } else {
      offer(await painted(svg), file + ".png");
    }
    say(`Saved ${file}.${button.dataset.save}`);
  }

  // The block's own heading, else the page's: what a reader sees over the figure.
  function titleOver(button) {
    const before = (heading) => heading.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING;
    const page = document.querySelector("h1");
    const blocks = [...document.querySelectorAll("[data-testid=stMain] h2")].filter(before);
    const block = blocks.length ? blocks[blocks.length - 1].textContent.trim() : "";
    const whole = page ? page.textContent.trim() : "";
    return block && whole ? `${whole}: ${block}` : block || whole;
  }

  function pictureOf(drawn, title, description, words) {
    const layers = [...drawn.querySelectorAll(".main-svg")];
    const width = parseFloat(layers[0].getAttribute("width"));
    const height = parseFloat(layers[0].getAttribute("height"));
    const heading = wrapped(title, TITLE, width - 2 * EDGE);
    const lines = words.flatMap((line) => wrapped(line, CAPTION, width - 2 * EDGE));
    const top = EDGE + heading.length * TITLE.leading;
    const full = top + height + lines.length * CAPTION.leading + EDGE;

    const svg = element("svg", { width, height: full, viewBox: `0 0 ${width} ${full}`, "font-family": FONTS });
    svg.append(element("title", {}, title), element("desc", {}, description));
    svg.append(element("rect", { width, height: full, fill: "#ffffff" }));
    heading.forEach((line, row) => svg.append(textLine(line, TITLE, EDGE + TITLE.size + row * TITLE.leading)));
    const picture = element("g", { transform: `translate(0 ${top})` });
    layers.forEach((layer) => picture.append(...copied(layer)));
    svg.append(picture);
    lines.forEach((line, row) => svg.append(textLine(line, CAPTION, top + height + (row + 0.8) * CAPTION.leading)));
    return svg;
  }

  // What the page's stylesheet says about a figure doesn't go along with it: it is written on the copies.
  function copied(layer) {
    const copy = layer.cloneNode(true);
    const originals = layer.querySelectorAll("*");
    const ink = getComputedStyle(layer).color;
    copy.querySelectorAll("*").forEach((node, index) => {
      const tag = node.tagName.toLowerCase();
      if (tag === "text" || tag === "tspan") {
        const style = getComputedStyle(originals[index]);
        const fill = style.fill === ink ? INK : style.fill;
        for (const name of ["font-size", "font-weight", "font-style", "opacity"]) {
          node.style.setProperty(name, style.getPropertyValue(name));
        }
        node.style.setProperty("fill", fill);
        node.style.removeProperty("font-family");
      } else if (node.closest(".gridlayer") && tag === "path") {
        node.style.setProperty("stroke", GRID);
      }
      node.style.removeProperty("pointer-events");
      node.style.removeProperty("cursor");
    });
    for (const unseen of copy.querySelectorAll(".hoverlayer, .zoomlayer, .draglayer, .selectionlayer, .menulayer")) {
      unseen.remove();
    }
    return [...copy.children];
  }

  function textLine(line, style, y) {
    return element("text", { x: EDGE, y, "font-size": style.size, "font-weight": style.weight, fill: INK }, line);
  }

  function element(tag, attributes, content) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (content) made.textContent = content;
    return made;
  }

  function wrapped(line, style, room) {
    const ruler = document.createElement("canvas").getContext("2d");
    ruler.font = `${style.weight} ${style.size}px ${FONTS}`;
    const lines = [];
    let current = "";
    for (const word of line.split(/\s+/)) {
      const longer = current ? `${current} ${word}` : word;
      if (current && ruler.measureText(longer).width > room) {
        lines.push(current);
        current = word;
      } else {
        current = longer;
      }
    }
    return current ? [...lines, current] : lines;
  }

  function written(svg) {
    return '\u003c?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(svg);
  }

  async function painted(svg) {
    const style = element("style", {}, await pageFont());
    svg.prepend(style);
    const address = URL.createObjectURL(new Blob([written(svg)], { type: "image/svg+xml" }));
    try {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(svg.getAttribute("width") * PNG_SCALE);
      canvas.height = Math.round(svg.getAttribute("height") * PNG_SCALE);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((done, failed) => {
        canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the browser gave no picture"))), "image/png");
      });
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  // A picture of its own sees no font of the page: the page's goes into it, from the server the page came from.
  async function pageFont() {
    for (const sheet of document.styleSheets) {
      let rules = [];
      try {
        rules = [...sheet.cssRules];
      } catch {
        continue; // another site's sheet, as a browser's extension may add
      }
      for (const rule of rules) {
        const isPageFont = rule instanceof CSSFontFaceRule
          && rule.style.getPropertyValue("font-family").replaceAll('"', "") === "Source Sans"
          && rule.style.getPropertyValue("font-style") !== "italic";
        const source = isPageFont && /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue("src"));
        if (!source) continue;
        const address = new URL(source[1], sheet.href || location.href);
        if (address.origin !== location.origin) continue;
        const font = await (await fetch(address)).blob();
        const data = await new Promise((done) => {
          const reader = new FileReader();
          reader.onload = () => done(reader.result);
          reader.readAsDataURL(font);
        });
        return `@font-face { font-family: "Source Sans"; font-weight: 200 900; src: url("${data}"); }`;
      }
    }
    return "";
  }

  function offer(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // --- This view's address ----------------------------------------------------------------------------------------

  async function copyLink(button) {
    try {
      await navigator.clipboard.writeText(location.href);
      say("Copied");
    } catch {
      selectLink(button);
    }
  }

  // Without a secure address the browser keeps its clipboard to itself: the link is there, selected, to be copied.
  function selectLink(button) {
    let field = button.parentElement.querySelector(".link-to-copy");
    if (!field) {
      field = document.createElement("input");
      field.className = "link-to-copy";
      field.readOnly = true;
      field.setAttribute("aria-label", "Link to this view");
      button.after(field);
    }
    field.value = location.href;
    field.focus();
    field.select();
    say("Press Ctrl+C, or Cmd+C on a Mac, to copy the link");
  }

  // What happened, to see and to hear.
  let silence;
  function say(words) {
    let place = document.getElementById("il2dash-said");
    if (!place) {
      place = document.createElement("div");
      place.id = "il2dash-said";
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    place.textContent = words;
    clearTimeout(silence);
    silence = setTimeout(() => { place.textContent = ""; }, 4000);
  }

  // --- Slides -----------------------------------------------------------------------------------------------------

  // What scrolls is an element of the page: with the focus nowhere, or on the controls, the keys wouldn't reach it, and
  // the next slide would begin where the one before was left.
  document.addEventListener(
    "keydown",
    (event) => {
      const main = document.querySelector("[data-testid=stMain]");
      if (!main || !document.querySelector(".st-key-slide-controls")) return;
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") main.scrollTop = 0;
      const screen = 0.8 * main.clientHeight;
      const steps = {
        ArrowDown: 60, ArrowUp: -60, PageDown: screen, PageUp: -screen, " ": screen, End: Infinity, Home: -Infinity,
      };
      const presses = event.key === " " && event.target.closest("button, summary, a");
      if (!(event.key in steps) || presses || event.target.closest("input, textarea, [popover]")) return;
      event.preventDefault();
      main.scrollTop = Math.min(Math.max(main.scrollTop + steps[event.key], 0), main.scrollHeight);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const main = document.querySelector("[data-testid=stMain]");
    if (main && event.target.closest(".st-key-previous, .st-key-next")) main.scrollTop = 0;
  });

  // --- On paper ---------------------------------------------------------------------------------------------------

  // A figure is drawn for the screen's width; with a viewBox the stylesheet can fit it to the paper's.
  function readyForPaper() {
    for (const layer of document.querySelectorAll(".js-plotly-plot .main-svg")) {
      const [width, height] = [layer.getAttribute("width"), layer.getAttribute("height")];
      layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
      const figure = layer.closest(".js-plotly-plot");
      figure.style.setProperty("--drawn-width", width);
      figure.style.setProperty("--drawn-height", height);
    }
    for (const table of document.querySelectorAll("[data-testid=stDataFrame]")) {
      table.style.setProperty("--fit", Math.min(1, PAPER / table.getBoundingClientRect().width));
    }
    const footer = document.querySelector(".page-footer");
    if (!footer) return;
    let line = footer.querySelector(".printed");
    if (!line) {
      line = document.createElement("p");
      line.className = "printed";
      footer.append(line);
    }
    line.textContent = `${location.href} on ${new Date().toLocaleDateString("en", { dateStyle: "long" })}`;
  }

  function backToTheScreen() {
    for (const layer of document.querySelectorAll(".js-plotly-plot .main-svg")) layer.removeAttribute("viewBox");
  }

  window.addEventListener("beforeprint", readyForPaper);
  window.addEventListener("afterprint", backToTheScreen);
  matchMedia("print").addEventListener("change", (print) => (print.matches ? readyForPaper() : backToTheScreen()));
})();
