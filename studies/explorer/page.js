// What all pages do in the browser itself: the theme, the address, copying, telling of a lost server.
window.explorer = {
  switchTheme() {
    const dark = !Quasar.Dark.isActive;
    setDark(dark);
    document.cookie = `theme=${dark ? "dark" : "light"}; path=/; max-age=31536000; SameSite=Strict`;
  },

  // The address follows the view, though not at every step of a slider: browsers limit how often.
  setAddress(query) {
    this.query = query;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.writeAddress(), 250);
  },
  writeAddress() {
    clearTimeout(this.waiting);
    if (this.query !== undefined && this.query !== location.search)
      history.replaceState(history.state, "", location.pathname + this.query);
  },

  async copy(text, button) {
    const label = button.getAttribute("aria-label");
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = this.copyOldWay(text);
    }
    Quasar.Notify.create({
      message: done ? `${label}: done` : "The browser does not allow copying here",
      timeout: 1500,
      position: "bottom",
    });
  },
  // Browsers have no clipboard on pages of other machines without https.
  copyOldWay(text) {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  },
  copyAddress(event) {
    this.writeAddress();
    this.copy(location.href, event.currentTarget);
  },
};

window.addEventListener("DOMContentLoaded", () => {
  const lost = document.getElementById("popup");
  lost?.setAttribute("role", "alert");
});
