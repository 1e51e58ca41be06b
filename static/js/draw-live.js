// 观看页与大屏：把事件变成一幕一幕，按节拍展开；可以回放、暂停、跳到最新。画面由服务器生成，这里只决定什么时候看哪一幕。
(() => {
  "use strict";
  const feed = window.mcFeed;
  const room = window.mcRoom;
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const sleep = (ms) => new Promise((done) => window.setTimeout(done, ms));
  const screen = !document.body.classList.contains("live");
  const PAGE_ROWS = 11;
  const RETRY = 1500;
  // 每一幕展开之后至少停多久（毫秒）；冻结要留出拍照的时间，关闭动画也不缩短
  const DWELL = { freeze: 9000, seed: 4000, draw: 3500, team: 12000 };
  const MOMENT = 4000;

  const player = { frames: [], queue: [], playing: false, paused: false, skip: false, at: 0 };
  const still = () => (find("[data-still]") || {}).checked || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const url = (frame) => {
    const query = new URLSearchParams();
    if (screen) query.set("mode", "screen");
    if (frame) {
      query.set("at", frame.seq);
      query.set("scene", frame.scene);
    }
    const text = query.toString();
    return window.location.pathname + (text ? `?${text}` : "");
  };
  const hold = async (ms) => {
    const until = Date.now() + ms;
    while ((Date.now() < until || player.paused || room.paused()) && !player.skip) await sleep(60);
  };

  // ---- 展开：行一条一条出现，到截止线为止 ----
  const pace = (count) => {
    if (still()) return 400;
    if (count <= 30) return 1600;
    return count <= 100 ? 600 : 300;
  };
  const conceal = (area) => {
    if (!["seed", "draw", "team"].includes(area.dataset.scene)) return;
    all("[data-row], [data-cut], [data-out], [data-seed]", area).forEach((row) => row.classList.add("is-later"));
    if (area.dataset.scene === "team") all("[data-row], [data-cut], [data-out]", area).forEach((row) => row.classList.replace("is-later", "is-named"));
    all("[data-strip-done]", area).forEach((node) => (node.textContent = "0"));
    all(".tiers3 .bar__fill", area).forEach((bar) => {
      bar.dataset.whole = bar.getAttribute("width");
      bar.setAttribute("width", "0");
    });
  };
  const strip = (area, id, done, whole) => {
    all("[data-strip]", area).forEach((item) => item.classList.toggle("is-now", item.dataset.strip === id));
    const item = all("[data-strip]", area).find((node) => node.dataset.strip === id);
    if (!item) return;
    find("[data-strip-done]", item).textContent = String(done);
    const bar = find(".bar__fill", item);
    if (bar) bar.setAttribute("width", String((Number(bar.dataset.whole || 100) * done) / Math.max(whole, 1)));
  };
  // 大屏一次只放一层，一页十一行
  const page = (layer, from) => {
    if (!screen || !layer) return;
    all("[data-layer]").forEach((other) => (other.hidden = other !== layer));
    const rows = all("[data-row]", layer);
    const last = from + PAGE_ROWS >= rows.length;
    rows.forEach((row, at) => (row.hidden = at < from || at >= from + PAGE_ROWS));
    all("[data-cut], [data-out]", layer).forEach((row) => (row.hidden = !last));
  };
  const settle = (area) => {
    all(".is-later, .is-named, .is-fresh, .is-moment", area).forEach((row) => row.classList.remove("is-later", "is-named", "is-fresh", "is-moment"));
    all("[data-strip]", area).forEach((item) => {
      const whole = find("b", item).textContent.split("/")[1].trim();
      find("[data-strip-done]", item).textContent = whole;
      const bar = find(".bar__fill", item);
      if (bar && bar.dataset.whole) bar.setAttribute("width", bar.dataset.whole);
    });
  };
  // 配方一样一样合进去，最后种子整屏亮出
  const seedScene = async (area) => {
    for (const row of all("[data-row], [data-seed]", area)) {
      if (player.skip) return;
      await hold(still() ? 250 : 900);
      row.classList.remove("is-later");
    }
    const seed = find("[data-seed]", area);
    seed.classList.add("is-moment");
    await hold(MOMENT);
    seed.classList.remove("is-moment");
  };
  const layerScene = async (area, say) => {
    const layers = all("[data-layer]", area);
    const total = all("[data-row]", area).length;
    const step = pace(total);
    const block = total > 100 ? 10 : 1;
    for (const layer of layers) {
      const rows = all("[data-row]", layer);
      for (let at = 0; at < rows.length; at += block) {
        if (player.skip) return;
        if (at % PAGE_ROWS < block) page(layer, at - (at % PAGE_ROWS));
        strip(area, layer.dataset.layer, Math.min(at + block, rows.length), rows.length);
        all(".is-fresh", area).forEach((row) => row.classList.remove("is-fresh"));
        rows.slice(at, at + block).forEach((row) => {
          row.classList.remove("is-later", "is-named");
          row.classList.add("is-fresh");
        });
        const code = find(".pick__code", rows[at]);
        if (say && code) say(`${layer.getAttribute("aria-label")}第 ${at + 1} 家 ${code.firstChild.textContent}`);
        if (!screen && rows[at]) rows[at].scrollIntoView({ block: "nearest" });
        await hold(step);
      }
      all("[data-cut], [data-out]", layer).forEach((row) => row.classList.remove("is-later", "is-named"));
      await hold(still() ? 300 : 1500);
    }
  };

  // 大屏停在结果上时，各层、各页轮流放
  let carousel = 0;
  const rotate = (area) => {
    window.clearInterval(carousel);
    if (!screen) return;
    const pages = [];
    all("[data-layer]", area).forEach((layer) => {
      const count = Math.max(all("[data-row]", layer).length, 1);
      for (let from = 0; from < count; from += PAGE_ROWS) pages.push([layer, from]);
    });
    if (!pages.length) return;
    let at = 0;
    const turn = () => {
      const [layer, from] = pages[at % pages.length];
      const rows = all("[data-row]", layer).length;
      page(layer, from);
      all("[data-strip]", area).forEach((item) => item.classList.toggle("is-now", item.dataset.strip === layer.dataset.layer));
      at += 1;
      return rows;
    };
    turn();
    if (pages.length > 1) carousel = window.setInterval(() => player.paused || turn(), 8000);
  };

  // ---- 播放 ----
  const fit = () => {
    const box = find(".stg");
    const area = find("[data-live=area]");
    if (!screen || !box || !area) return;
    area.style.setProperty("--fit", "1");
    const room = box.clientHeight;
    const used = box.scrollHeight;
    if (used > room + 2) area.style.setProperty("--fit", String(Math.max(0.55, room / used)));
    area.classList.toggle("is-fitted", used > room + 2);
  };
  const show = async (frame, animate, say) => {
    window.clearInterval(carousel);
    const open = all(".is-open").map((card) => card.dataset.of);
    const before = (node) => {
      if (!animate || node.dataset.live !== "area") return;
      conceal(node);
      all(".is-open", node).filter((card) => !open.includes(card.dataset.of)).forEach((card) => card.classList.add("is-flip"));
    };
    await feed.swap(url(frame), { before });
    const area = find("[data-live=area]");
    room.own(area);
    scrub();
    if (screen && all("[data-layer]", area).length) page(all("[data-layer]", area)[0], 0);
    fit();
    if (say) say(area.dataset.say);
    if (animate) {
      if (area.dataset.scene === "seed") await seedScene(area);
      else if (area.dataset.scene === "draw") await layerScene(area, say);
      else if (area.dataset.scene === "team") await layerScene(area, null);
    }
    settle(area);
    rotate(area);
  };
  const play = async (say) => {
    if (player.playing) return;
    player.playing = true;
    buttons();
    while (player.queue.length && !player.skip) {
      const frame = player.queue.shift();
      player.at = player.frames.indexOf(frame);
      try {
        await show(frame, true, say);
      } catch (error) {
        player.queue.unshift(frame); // 断网：停在这一幕，恢复后接着放
        await sleep(RETRY);
        continue;
      }
      if (["draw", "team"].includes(frame.scene)) independent(say);
      if (player.queue.length) await hold(frame.scene === "freeze" ? DWELL.freeze : still() ? 700 : DWELL[frame.scene] || 1500);
    }
    const skipped = player.skip;
    player.queue = [];
    player.skip = false;
    player.playing = false;
    player.at = player.frames.length - 1;
    if (skipped) await show(null, false, say).catch(() => {});
    buttons();
    scrub();
    independent(say);
  };

  // ---- 独立计算：结果亮出来以后，用收到的事件在本机重算，不信服务器的话 ----
  const events = [];
  let verdict = null;
  const picksIn = (root) =>
    all("[data-layer]", root).map((layer) => ({
      stratum: layer.dataset.layer,
      byVisits: layer.hasAttribute("data-by-visits"),
      picks: all("[data-row]", layer).map((row) => ({ c: row.dataset.c, ticket: row.dataset.ticket, visits: Number(row.dataset.visits) })),
    }));
  const shownPicks = async () => {
    const area = find("[data-live=area]");
    if (["draw", "team"].includes(area.dataset.scene)) return picksIn(area);
    const seen = player.frames.filter((frame) => frame.scene === "draw")[0];
    const answer = await fetch(url(seen), { credentials: "same-origin" });
    return picksIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
  };
  const independent = async (say) => {
    const box = find("[data-check]");
    if (!box || verdict || !events.some((event) => event.type === "result")) return;
    verdict = { ok: false, why: "还没有算完" };
    try {
      const version = find("[data-feed]").dataset.version;
      verdict = window.mcCheckEvents(version, events, await shownPicks());
      if (verdict.ok && box.dataset.rows) {
        const answer = await fetch(box.dataset.rows, { credentials: "same-origin" });
        if (answer.ok) verdict = window.mcCheck(await answer.json());
      }
    } catch (error) {
      verdict = null; // 断网：恢复后再算
      return;
    }
    say(window.mcCheckPaint(box, verdict, window.innerWidth < 700 ? "手机" : "电脑").title);
  };

  // ---- 按钮与键盘 ----
  const buttons = () => {
    const set = (name, shown) => {
      const button = find(`[data-${name}]`);
      if (button) button.hidden = !shown;
    };
    set("replay", !player.playing && player.frames.length > 1);
    set("pause", player.playing);
    set("latest", player.playing || player.at < last());
    set("scrubber", player.frames.length > 1);
    const pause = find("[data-pause] span");
    if (pause) pause.textContent = player.paused ? "继续" : "暂停";
  };
  const last = () => player.frames.length - 1;
  const jump = (to) => {
    if (player.playing || !player.frames.length) return;
    player.at = Math.min(Math.max(to, 0), last());
    buttons();
    show(player.at === last() ? null : player.frames[player.at], false, null);
  };
  const step = (by) => jump(player.at + by);
  // 进度条：一格一幕，拖动或用方向键
  const scrub = () => {
    const bar = find("[data-scrub]");
    if (!bar) return;
    const heading = (find(".stg h2") || {}).textContent || "";
    bar.max = String(Math.max(last(), 0));
    bar.value = String(player.at);
    bar.setAttribute("aria-valuetext", `第 ${player.at + 1} 幕，共 ${last() + 1} 幕，${heading}`);
    find("[data-scrub-word]").textContent = `${player.at + 1} / ${last() + 1}　${heading}`;
    document.body.classList.toggle("is-behind", player.at < last());
  };

  // 暂停和限时随时要到：正在放映、正在回看时也换，没取到下次再取
  let paceMark = "";
  const keepPace = (mark) => {
    if (mark === paceMark) return;
    paceMark = mark;
    feed.swap(url(null), { only: ["pace"] }).catch(() => (paceMark = ""));
  };

  document.addEventListener("DOMContentLoaded", () => {
    paceMark = find("[data-feed]").dataset.mark;
    const say = feed.announcer();
    const first = find("[data-live=area]");
    const past = new URLSearchParams(window.location.search).has("at");
    if (screen && all("[data-layer]", first).length) page(all("[data-layer]", first)[0], 0);
    fit();
    rotate(first);
    window.addEventListener("resize", fit);
    room.switches();
    room.pace(say);
    room.own();
    window.setInterval(() => {
      const clock = find("[data-clock]");
      if (clock) clock.textContent = feed.at(feed.now());
    }, 1000);

    feed.start({
      events(fresh, { first: isFirst, chain }) {
        events.push(...fresh);
        const frames = [];
        const behind = !screen && !player.playing && player.at < last();
        fresh.forEach((event) => event.scenes.forEach((scene) => frames.push({ seq: event.seq, scene })));
        player.frames.push(...frames);
        if (isFirst) {
          const asked = Number(new URLSearchParams(window.location.search).get("at"));
          const scene = new URLSearchParams(window.location.search).get("scene");
          const exact = player.frames.findIndex((frame) => frame.seq === asked && (!scene || frame.scene === scene));
          player.at = past && exact >= 0 ? exact : last();
          say(`已同步到最新，共 ${chain.seq} 步`);
          const synced = find("[data-synced]");
          if (synced) synced.textContent = `已同步到最新，共 ${chain.seq} 步`;
          buttons();
          scrub();
          if (!past) feed.swap(url(null), { after: () => { fit(); room.own(); scrub(); } });
          independent(say);
          return;
        }
        fresh.forEach((event) => event.scenes.length || say(event.say));
        const synced = find("[data-synced]");
        if (synced) synced.textContent = "";
        if (past || behind) {
          scrub();
          buttons();
          return;
        }
        if (!frames.length) {
          if (!player.playing) show(null, false, null).catch(() => {});
          return;
        }
        player.queue.push(...frames);
        play(say);
      },
      moved() {
        if (!player.playing && !past && player.at === last()) show(null, false, null).catch(() => {});
      },
      state(state) {
        feed.show(state);
        if (state.kind === "ok") keepPace(state.answer.mark);
        const pill = find("[data-offline]");
        if (pill) pill.classList.toggle("is-long", state.kind === "offline" && state.long);
        if (state.kind === "ok" && !player.playing) independent(say);
      },
    });

    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-replay]")) {
        player.queue = player.frames.slice();
        player.paused = false;
        play(say);
      } else if (event.target.closest("[data-pause]")) {
        player.paused = !player.paused;
        buttons();
      } else if (event.target.closest("[data-latest]")) {
        player.paused = false;
        if (player.playing) player.skip = true;
        else jump(last());
      }
    });
    document.addEventListener("input", (event) => {
      if (event.target.matches("[data-scrub]")) find("[data-scrub-word]").textContent = `${Number(event.target.value) + 1} / ${last() + 1}`;
    });
    document.addEventListener("change", (event) => {
      if (!event.target.matches("[data-scrub]")) return;
      if (player.playing) player.skip = true;
      const to = Number(event.target.value);
      const settled = () => (player.playing ? window.setTimeout(settled, 60) : jump(to));
      settled();
    });
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("input:not([type=checkbox]), textarea, select, button, a") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " " || event.key === "p" || event.key === "P") {
        event.preventDefault();
        player.paused = !player.paused;
        buttons();
      } else if (event.key === "ArrowRight") step(1);
      else if (event.key === "ArrowLeft") step(-1);
      else if (event.key === "End") player.skip = player.playing;
    });
  });
})();
