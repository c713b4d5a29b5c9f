// Runs before the first paint, therefore small and not deferred: sets the look so that no page flashes white at night.
(() => {
  const root = document.documentElement;
  const night = matchMedia('(prefers-color-scheme: dark)');
  const stored = () => {
    try { return localStorage.getItem('vitalwire-theme'); } catch { return null; }
  };
  const apply = () => {
    const theme = stored() ?? root.dataset.theme ?? 'auto';
    root.dataset.theme = theme;
    const look = theme === 'auto' ? (night.matches ? 'dark' : 'light') : theme;
    if (root.dataset.bsTheme === look) return;
    root.dataset.bsTheme = look;
    root.dispatchEvent(new CustomEvent('vitalwire:look'));
  };
  night.addEventListener('change', apply);
  addEventListener('storage', apply);
  root.addEventListener('vitalwire:theme', (event) => {
    try { localStorage.setItem('vitalwire-theme', event.detail); } catch { root.dataset.theme = event.detail; }
    apply();
  });
  apply();
})();
