// 控制台：有新事件就更新；正在填写时只提示，不打断。空格 = 下一步，P = 暂停。
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const feed = window.mcFeed;
    const room = window.mcRoom;
    const find = (selector) => document.querySelector(selector);
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
    room.pace(say);
    const next = () => {
      const go = find(".step__go summary, .step__go button:not([disabled])");
      if (go) go.click();
      else say(reasons() || "这一步不用您操作，等各席办完会自动往下走");
    };
    const reasons = () => {
      const guards = Array.from(document.querySelectorAll("[data-guards] li > span")).map((node) => node.firstChild.textContent.trim());
      return guards.length ? `还不能往下走：${guards.join("；")}` : "";
    };
    const pause = () => {
      const go = find("[data-go-on], [data-pause-ask] summary");
      if (go) go.click();
    };
    // 空格 = 下一步，P = 暂停或继续；在填写、在按钮上时不抢
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target.closest("input, textarea, select, dialog")) return;
      const wanted = event.key === " " ? next : event.key === "p" || event.key === "P" ? pause : null;
      if (!wanted || (event.key === " " && event.target.closest("button, a, summary"))) return;
      event.preventDefault();
      wanted();
    });
  });
})();
