// Back and Forward. When a page link is clicked, Streamlit 1.67 first pushes the present page's address without its
// settings and then the next page's, so that Back would lead to a page that has forgotten what it showed. The first of
// these pushes is left out: the entry that is left keeps its settings, and Streamlit restores them on Back. Any other
// push to the same page is a setting that changed: it replaces the entry, or Back would undo clicks one by one. Another
// study is a place of its own, to which Back leads; an address that didn't name its study and now does is the same place.
(() => {
  if (window.il2dashHistory) return;
  window.il2dashHistory = true;
  let leaving = false;
  const push = history.pushState.bind(history);
  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('[data-testid="stPageLink-NavLink"]');
    // The link to the Overview has no path at all.
    const page = (path) => path.split('?')[0].split('/').pop();
    leaving = Boolean(link) && page(link.getAttribute('href')) !== page(location.pathname);
  }, true);
  history.pushState = (state, unused, address) => {
    const there = new URL(address || location.href, location.href);
    const study = new URLSearchParams(location.search).get('study');
    const elsewhere = study !== null && there.searchParams.get('study') !== study;
    if (there.pathname !== location.pathname || (elsewhere && leaving === false)) {
      leaving = false;
      push(state, unused, address);
    } else if (leaving === false) {
      history.replaceState(state, unused, address);
    }
  };
})();
