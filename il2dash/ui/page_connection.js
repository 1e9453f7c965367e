// A server that was restarted, or that forgot a session while the laptop slept, knows nothing of the page that is still
// on the screen: Streamlit 1.67 draws nothing anew when it is connected again, and what is clicked in the page's body,
// which is redrawn by itself, would be lost without a word. The whole page is asked for, with every setting it has.
(() => {
  if (window.il2dashConnection) return;
  window.il2dashConnection = true;
  let lost = false;
  new MutationObserver(() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const state = app && app.dataset.testConnectionState;
    if (state && state !== 'CONNECTED') lost = true;
    const again = document.querySelector('.st-key-draw_again button');
    if (state === 'CONNECTED' && lost && again) {
      lost = false;
      again.click();
    }
  }).observe(document.body, {subtree: true, attributes: true, attributeFilter: ['data-test-connection-state']});
})();
