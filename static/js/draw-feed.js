// 取事件（推送为先，定时查询兜底，断了就退避重试），并在本机把每一环的指纹重算一遍。怎么显示由各页决定：mcFeed.start({events, moved, state})。
(() => {
  "use strict";
  const PERIOD = 2000;
  const MAX_WAIT = 15000;
  const LONG = 30000;
  const HIDDEN_PERIOD = 10000; // 页面看不见时
  const PATIENCE = 6000; // 推送多久没有第一声就先查询
  const SILENCE = 35000; // 服务器每 15 秒报一次平安
  const FIRST_PAUSE = 2000; // 推送断了，多久以后再试
  const MAX_PAUSE = 60000;

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

  // ---- 传输：先用推送（SSE），推送不通或没有声音就定时查询，过一会儿再试推送 ----
  let running = null; // 正在收的：{chain, box, mark, due}
  const start = (handlers) => {
    const box = document.querySelector("[data-feed]");
    if (!box) return null;
    const chain = new Chain(box.dataset.number, box.dataset.version);
    running = { chain, box, mark: box.dataset.mark, due: 0 };
    const now = running;
    let wait = PERIOD;
    let failedSince = 0;
    let lastGood = Date.now();
    let timer = 0;
    let stopped = false;
    let synced = false;

    const clock = (time) => {
      const skew = new Date(time).getTime() - Date.now();
      window.mcFeed.now = () => new Date(Date.now() + skew);
    };
    const break_ = () => {
      stopped = true;
      hangUp();
      handlers.state({ kind: "broken", why: chain.broken });
    };
    const take = (answer) => {
      clock(answer.now);
      failedSince = 0;
      lastGood = Date.now();
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
      const moved = answer.mark !== now.mark;
      now.mark = answer.mark;
      if (!first && (fresh.length || moved)) now.due = Date.now() + Math.random() * (answer.spread || 0);
      if (fresh.length) handlers.events(fresh, { first, chain, answer });
      if (moved && (!fresh.length || first)) handlers.moved({ chain, answer });
      handlers.state({ kind: "ok", chain, answer });
      return undefined;
    };

    // 定时查询
    const later = (ms) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, ms);
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
          wait = document.hidden ? HIDDEN_PERIOD : PERIOD;
          if (line.live && answer.seq < chain.seq) return; // 推送已经走到前面了
          take(answer);
          if (chain.seq < answer.seq) wait = 0;
        })
        .catch((error) => {
          failedSince = failedSince || Date.now();
          wait = Math.min(Math.max(wait, PERIOD) * 1.5, MAX_WAIT);
          if (!line.live) handlers.state({ kind: "offline", wait, long: Date.now() - failedSince > LONG, lastGood, error });
        })
        .then(() => {
          if (!stopped && !line.live) later(wait);
          wait = Math.max(wait, PERIOD);
        });
    };

    // 推送：step 是一个事件，mark 是“到此为止”；断在中间的，从已收到的序号接着要
    const line = { source: null, live: false, held: [], silence: 0, again: 0, pause: FIRST_PAUSE };
    const hangUp = () => {
      window.clearTimeout(line.silence);
      window.clearTimeout(line.again);
      if (line.source) line.source.close();
      line.source = null;
      line.live = false;
      line.held = [];
    };
    const fall = () => {
      const wasLive = line.live;
      hangUp();
      if (stopped) return;
      later(wasLive ? Math.random() * PERIOD : 0); // 服务重启时，大家不要同时来问
      line.again = window.setTimeout(open, line.pause * (0.5 + Math.random()));
      line.pause = Math.min(line.pause * 2, MAX_PAUSE);
    };
    const listen = (ms) => {
      window.clearTimeout(line.silence);
      line.silence = window.setTimeout(fall, ms);
    };
    const open = () => {
      if (stopped || line.source || document.hidden || !box.dataset.stream || !window.EventSource) return;
      const source = new window.EventSource(`${box.dataset.stream}?after=${chain.seq}`);
      line.source = source;
      listen(PATIENCE);
      source.addEventListener("step", (message) => line.source === source && line.held.push(JSON.parse(message.data)));
      source.addEventListener("mark", (message) => {
        if (line.source !== source) return;
        const events = line.held;
        line.held = [];
        line.live = true;
        line.pause = FIRST_PAUSE;
        window.clearTimeout(timer);
        listen(SILENCE);
        take(Object.assign(JSON.parse(message.data), { events }));
      });
      // 服务器隔一阵请大家重新进门，没有出事，不必改用查询
      source.addEventListener("bye", () => {
        if (line.source !== source) return;
        hangUp();
        line.again = window.setTimeout(open, Math.random() * PERIOD);
        later(PATIENCE);
      });
      source.onerror = () => line.source === source && fall();
    };

    const wake = () => {
      window.clearTimeout(line.again);
      line.pause = FIRST_PAUSE;
      if (!line.live) ask();
      open();
    };
    window.addEventListener("online", wake);
    window.addEventListener("offline", () => line.source && fall());
    // 看不见的页不占连接：浏览器对一个网站只开六条
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) wake();
      else if (line.source) {
        hangUp();
        later(HIDDEN_PERIOD);
      }
    });
    window.addEventListener("pagehide", hangUp);
    window.addEventListener("pageshow", (event) => event.persisted && wake());
    open();
    if (!line.source) ask();
    return { ask, chain };
  };

  // ---- 换页面的一部分：同一网址再取一次，只换 [data-live] 里变了的 ----
  const plain = (node) => node.outerHTML.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
  const seen = new Map();
  const remember = (root) => root.querySelectorAll("[data-live]").forEach((node) => seen.set(node.dataset.live, plain(node)));
  // 观看页的画面人人一样，由服务器备好一份；人多时错开来取
  const picture = async (url) => {
    const target = new URL(url, window.location.href);
    if (running && target.pathname === running.box.dataset.page) {
      const wait = target.searchParams.get("mode") === "screen" ? 0 : running.due - Date.now();
      if (wait > 0) await new Promise((done) => window.setTimeout(done, wait));
      target.pathname = running.box.dataset.frame;
      target.searchParams.set("seq", running.chain.seq);
      target.searchParams.set("mark", running.mark);
    }
    return fetch(target.href, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
  };
  const swap = (url, options = {}) =>
    picture(url)
      .then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.text();
      })
      .then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        const changed = [];
        page.querySelectorAll("[data-live]").forEach((fresh) => {
          const name = fresh.dataset.live;
          if (options.only && !options.only.includes(name)) return;
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
        if (title && !options.only) document.title = title.textContent;
        if (options.after) options.after(changed);
        return changed;
      });

  // 签字板要整页打开才能用
  const reloadForSignature = (changed, home) => {
    if (changed.some((node) => node.querySelector("[data-signature]"))) window.location.assign(home);
  };

  // ---- 连接状态与断链提示，各页共用 ----
  const BEIJING = 8 * 3600 * 1000; // 不管这台设备设的是哪个时区
  const two = (n) => String(n).padStart(2, "0");
  const at = (time) => {
    const day = new Date(new Date(time).getTime() + BEIJING);
    return `${two(day.getUTCHours())}:${two(day.getUTCMinutes())}:${two(day.getUTCSeconds())}`;
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
