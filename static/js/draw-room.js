// 会场各页公用：主持人的暂停和限时、声音播报、大字、自己的那一席。
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const WARN = 20; // 秒
  const kept = {
    get(name) {
      try {
        return window.localStorage.getItem(name);
      } catch (error) {
        return null;
      }
    },
    put(name, value) {
      try {
        window.localStorage.setItem(name, value);
      } catch (error) {
        // 不能存就只管这一页
      }
    },
  };

  // ---- 暂停和限时：服务器只说“停了没有、限到几点”，倒数在这里 ----
  const box = () => find("[data-live=pace]");
  const paused = () => Boolean(box() && box().dataset.paused);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const pace = (say) => {
    let was = paused();
    let warned = "";
    let over = "";
    const tick = () => {
      const node = box();
      if (!node) return;
      const { due, paused: stopped, said } = node.dataset;
      if (Boolean(stopped) !== was) {
        was = Boolean(stopped);
        say(was ? said : "抽取会继续");
      }
      const left = find("[data-left]", node);
      if (!left || !due) return;
      const seconds = Math.max(0, Math.ceil((new Date(due) - window.mcFeed.now()) / 1000));
      left.textContent = seconds ? `还剩 ${clock(seconds)}` : "时间到，请主持人处理";
      node.classList.toggle("is-short", seconds <= WARN);
      if (seconds <= WARN && seconds > 0 && warned !== due) {
        warned = due;
        say(`还剩 ${seconds} 秒，主持人可以延长`);
      } else if (!seconds && over !== due) {
        over = due;
        say("限时已到，请主持人处理");
      }
    };
    window.setInterval(tick, 500);
    tick();
  };

  // ---- 声音播报：浏览器有才出现；念的就是播报区那一句 ----
  const speech = () => {
    const holder = find("[data-speech-box]");
    const announced = find("[data-announcer]");
    if (!holder || !announced || !("speechSynthesis" in window) || !window.SpeechSynthesisUtterance) return;
    holder.hidden = false;
    const speak = (text) => {
      const said = new window.SpeechSynthesisUtterance(text);
      said.lang = "zh-CN";
      window.speechSynthesis.cancel();
      window.speechSynthesis.speak(said);
    };
    const on = find("[data-speech]", holder);
    on.addEventListener("change", () => (on.checked ? speak("已打开声音播报") : window.speechSynthesis.cancel()));
    new MutationObserver(() => on.checked && announced.textContent && speak(announced.textContent)).observe(announced, { childList: true, characterData: true, subtree: true });
  };

  // ---- 大字、关闭动画：记在本机 ----
  const remembered = (name, apply) => {
    const holder = find(`[data-${name}-box]`);
    if (!holder) return;
    holder.hidden = false;
    const input = find(`[data-${name}]`, holder);
    input.checked = kept.get(`mc-${name}`) === "1";
    apply(input.checked);
    input.addEventListener("change", () => {
      kept.put(`mc-${name}`, input.checked ? "1" : "");
      apply(input.checked);
    });
  };
  const switches = () => {
    const set = find("[data-set]");
    if (set) set.hidden = false;
    remembered("still", (on) => document.body.classList.toggle("is-still", on));
    remembered("large", (on) => document.documentElement.classList.toggle("is-large", on));
    speech();
  };

  // ---- 自己的那一席：画面人人一样，“您”在本机标上 ----
  const own = (root = document) => {
    const seat = (find("[data-own-seat]") || { dataset: {} }).dataset.ownSeat;
    if (!seat) return;
    all(`[data-of="${seat}"]`, root).forEach((node) => {
      if (node.classList.contains("is-own")) return;
      const tag = document.createElement("small");
      tag.className = "own";
      tag.textContent = "您";
      node.classList.add("is-own");
      (find("b", node) || find("span:nth-child(2)", node)).append(tag);
    });
  };

  // ---- 存成文件 ----
  const save = (name, text) => {
    const link = document.createElement("a");
    link.href = window.URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
  };

  window.mcRoom = { pace, paused, switches, own, save };
})();
