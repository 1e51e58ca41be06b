// 控制台：有新事件就更新；正在填写时只提示，不打断。空格 = 主按钮。
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const feed = window.mcFeed;
    const say = feed.announcer();
    const writing = () =>
      document.querySelector("dialog[open], details[open] form") !== null ||
      Array.from(document.querySelectorAll("main input[type=text], main textarea")).some((node) => node.value && node.value !== node.defaultValue);
    const refresh = () => {
      const news = document.querySelector("[data-news]");
      if (writing()) {
        if (news) news.hidden = false;
        return;
      }
      if (news) news.hidden = true;
      const home = window.location.pathname.replace(/console\/.*$/, "console/");
      feed.swap(home, { after: (changed) => feed.reloadForSignature(changed, home) }).catch(() => {});
    };
    feed.start({
      events(fresh, { first }) {
        if (first) return;
        fresh.forEach((event) => say(event.say));
        refresh();
      },
      moved: refresh,
      state: feed.show,
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target.closest("input, textarea, select, button, a, summary, dialog")) return;
      const next = document.querySelector(".step__go summary, .step__go button:not([disabled])");
      if (!next) return;
      event.preventDefault();
      next.click();
    });
  });
})();
