/* What scrolls can be reached by keyboard. */
addEventListener("load", () => {
  for (const item of document.querySelectorAll(".bd-article table, .bd-article pre")) {
    if (item.scrollWidth > item.clientWidth && !item.hasAttribute("tabindex")) item.tabIndex = 0
  }
})
