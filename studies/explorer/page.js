// What all pages do in the browser: switch the theme, write the address, copy text.
window.explorer = {
  switchTheme() {
    const dark = !Quasar.Dark.isActive;
    setDark(dark);
    document.cookie = `theme=${dark ? "dark" : "light"}; path=/; max-age=31536000; SameSite=Strict`;
  },

  // The address is written with a delay, because browsers limit how often it may change.
  setAddress(query) {
    this.query = query;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writeAddress(), 250);
  },
  writeAddress() {
    clearTimeout(this.timer);
    if (this.query !== undefined && this.query !== location.search)
      history.replaceState(history.state, "", location.pathname + this.query);
  },

  async copy(text, button) {
    const label = button.getAttribute("aria-label");
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = this.copyWithoutClipboard(text);
    }
    Quasar.Notify.create({
      message: done ? `${label}: done` : "The browser does not allow copying here",
      timeout: 1500,
      position: "bottom",
    });
  },
  // Browsers have no clipboard on pages of other machines without https.
  copyWithoutClipboard(text) {
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

// Let screen readers announce NiceGUI's notice of a lost connection.
window.addEventListener("DOMContentLoaded", () => {
  document.getElementById("popup")?.setAttribute("role", "alert");
});
