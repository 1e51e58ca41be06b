// 取事件（短轮询，断了就退避重试），并在本机把每一环的指纹重算一遍。怎么显示由各页决定：mcFeed.start({events, moved, state})。
(() => {
  "use strict";
  const PERIOD = 2000;
  const MAX_WAIT = 15000;
  const LONG = 30000;

  // ---- 事件链：head_n = h("event", head_(n-1), 内容) ----
  class Chain {
    constructor(number, version) {
      this.version = version;
      this.head = version === "MC1" ? window.mcHash("start", number) : "";
      this.seq = 0;
      this.checked = 0;
      this.broken = "";
    }

    add(event) {
      if (event.seq !== this.seq + 1) {
        this.broken = `第 ${this.seq + 1} 号事件不见了，收到的是第 ${event.seq} 号`;
        return false;
      }
      if (event.content !== null && this.version === "MC1") {
        const said = JSON.parse(event.content);
        if (said.seq !== event.seq || said.type !== event.type || window.mcHash("event", this.head, event.content) !== event.head) {
          this.broken = `第 ${event.seq} 号事件的内容与指纹对不上`;
          return false;
        }
        this.checked += 1;
      }
      this.seq = event.seq;
      this.head = event.head;
      return true;
    }
  }

  // ---- 传输 ----
  const start = (handlers) => {
    const box = document.querySelector("[data-feed]");
    if (!box) return null;
    const chain = new Chain(box.dataset.number, box.dataset.version);
    let mark = box.dataset.mark;
    let wait = PERIOD;
    let failedSince = 0;
    let lastGood = Date.now();
    let timer = 0;
    let stopped = false;
    let synced = false;

    const clock = (now) => {
      const skew = new Date(now).getTime() - Date.now();
      window.mcFeed.now = () => new Date(Date.now() + skew);
    };
    const break_ = () => {
      stopped = true;
      handlers.state({ kind: "broken", why: chain.broken });
    };
    const take = (answer) => {
      clock(answer.now);
      const first = !synced;
      const fresh = [];
      for (const event of answer.events) {
        if (event.seq <= chain.seq) continue;
        if (!chain.add(event)) return break_();
        fresh.push(event);
      }
      if (chain.seq >= answer.seq) synced = true;
      if (chain.seq === answer.seq && chain.head !== answer.head && answer.seq) {
        chain.broken = "服务器说的链首与重算的不同";
        return break_();
      }
      if (fresh.length) handlers.events(fresh, { first, chain, answer });
      if (answer.mark !== mark) {
        mark = answer.mark;
        if (!fresh.length || first) handlers.moved({ chain, answer });
      }
      handlers.state({ kind: "ok", chain, answer });
      return undefined;
    };
    const ask = () => {
      if (stopped) return;
      window.clearTimeout(timer);
      fetch(`${box.dataset.feed}?after=${chain.seq}`, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then((response) => {
          if (!response.ok) throw new Error(String(response.status));
          return response.json();
        })
        .then((answer) => {
          wait = PERIOD;
          failedSince = 0;
          lastGood = Date.now();
          take(answer);
          if (chain.seq < answer.seq) wait = 0;
        })
        .catch((error) => {
          failedSince = failedSince || Date.now();
          wait = Math.min(wait * 1.5, MAX_WAIT);
          handlers.state({ kind: "offline", wait, long: Date.now() - failedSince > LONG, lastGood, error });
        })
        .then(() => {
          if (!stopped) timer = window.setTimeout(ask, wait);
          wait = Math.max(wait, PERIOD);
        });
    };
    window.addEventListener("online", ask);
    document.addEventListener("visibilitychange", () => document.hidden || ask());
    ask();
    return { ask, chain };
  };

  // ---- 换页面的一部分：同一网址再取一次，只换 [data-live] 里变了的 ----
  const plain = (node) => node.outerHTML.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
  const seen = new Map();
  const remember = (root) => root.querySelectorAll("[data-live]").forEach((node) => seen.set(node.dataset.live, plain(node)));
  const swap = (url, options = {}) =>
    fetch(url, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } })
      .then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.text();
      })
      .then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        const changed = [];
        page.querySelectorAll("[data-live]").forEach((fresh) => {
          const name = fresh.dataset.live;
          const old = document.querySelector(`[data-live="${name}"]`);
          const said = plain(fresh);
          if (!old || seen.get(name) === said) return;
          if (old.dataset.hold && fresh.dataset.hold && old.dataset.face === fresh.dataset.face) return;
          seen.set(name, said);
          const node = document.importNode(fresh, true);
          if (options.before) options.before(node);
          old.replaceWith(node);
          changed.push(node);
        });
        const title = page.querySelector("title");
        if (title) document.title = title.textContent;
        if (options.after) options.after(changed);
        return changed;
      });

  // 签字板要整页打开才能用
  const reloadForSignature = (changed, home) => {
    if (changed.some((node) => node.querySelector("[data-signature]"))) window.location.assign(home);
  };

  // ---- 连接状态与断链提示，各页共用 ----
  const two = (n) => String(n).padStart(2, "0");
  const at = (time) => {
    const day = new Date(time);
    return `${two(day.getHours())}:${two(day.getMinutes())}:${two(day.getSeconds())}`;
  };
  const show = (state) => {
    const offline = document.querySelector("[data-offline]");
    const broken = document.querySelector("[data-broken]");
    const word = document.querySelector("[data-sync-word]");
    const sync = document.querySelector("[data-sync]");
    if (state.kind === "broken" && broken) {
      broken.hidden = false;
      broken.textContent = `记录链不一致：${state.why}。请立即停下，截图并告诉纪检监督员。`;
    }
    if (offline) {
      offline.hidden = state.kind !== "offline";
      if (state.kind === "offline") {
        const seconds = Math.round(state.wait / 1000);
        offline.textContent = state.long
          ? `连接中断已超过 30 秒，画面停在 ${at(state.lastGood)}，恢复后自动接上`
          : `连接中断，${seconds} 秒后重试`;
      }
    }
    if (sync) sync.classList.toggle("is-off", state.kind !== "ok");
    if (word) word.textContent = { ok: "同步正常", offline: "连接中断", broken: "记录不一致" }[state.kind];
  };

  // ---- 播报：一次一句，快于 2.5 秒的合并 ----
  const announcer = () => {
    const box = document.querySelector("[data-announcer]");
    let queue = [];
    let timer = 0;
    const say = () => {
      timer = 0;
      if (!queue.length) return;
      box.textContent = queue.length === 1 ? queue[0] : `${queue.length} 条新进展，最新：${queue[queue.length - 1]}`;
      queue = [];
      timer = window.setTimeout(say, 2500);
    };
    return (text) => {
      if (!box) return;
      queue.push(text);
      if (!timer) timer = window.setTimeout(say, 50);
    };
  };

  document.addEventListener("DOMContentLoaded", () => remember(document));
  window.mcFeed = { start, swap, reloadForSignature, show, announcer, at, now: () => new Date() };
})();
