// 自己的设备独立重算：组织方承诺、各席封签、种子、抽中的每一张签；拿得到名单行的，再把每一层从头抽一遍。检查组由核验页重算。
(() => {
  "use strict";
  const h = window.mcHash;
  const MAX_WEIGHT = 100; // 一家最多几张签

  // 规范 JSON：键排序、无空白
  const canon = (value) => {
    if (Array.isArray(value)) return `[${value.map(canon).join(",")}]`;
    if (value && typeof value === "object") {
      return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canon(value[key])}`).join(",")}}`;
    }
    return JSON.stringify(value);
  };
  const target = (row) => {
    const [c, p, w, , , , members] = row.split("|");
    const status = {};
    members.split("+").forEach((part) => {
      const cut = part.indexOf(":");
      status[part.slice(0, cut)] = part.slice(cut + 1);
    });
    return { c, p: Number(p), w: Number(w), status };
  };
  const ticket = (seed, stratum, row) => {
    let lowest = "";
    for (let j = 0; j < row.w; j += 1) {
      const value = h("ticket", seed, stratum, row.c, j);
      if (!lowest || value < lowest) lowest = value;
    }
    return lowest;
  };
  const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const bodies = (events, type) => events.filter((event) => event.type === type && event.body).map((event) => event.body);

  // ---- 种子：{why} 或 {manifest, reveal, opens, seed, freezeHash} ----
  const seedOf = (events) => {
    const [manifest] = bodies(events, "freeze");
    const [reveal] = bodies(events, "reveal");
    if (!manifest || !reveal) return { why: "记录还不完整" };
    if (h("op", manifest.draw_id, reveal.op_secret) !== manifest.op_commit) return { why: "组织方秘密与封存的承诺不符" };
    const attempt = reveal.attempt;
    const of = (type) => new Map(bodies(events, type).filter((body) => body.attempt === attempt).map((body) => [body.seat, body]));
    const slips = of("slip");
    const opens = of("open");
    for (const seat of manifest.seats) {
      const open = opens.get(seat.id);
      if (!open) return { why: `席位 ${seat.id} 没有公开数字` };
      if (seat.method === "sealed" && h("slip", manifest.draw_id, attempt, seat.id, open.digits, open.nonce) !== (slips.get(seat.id) || {}).commit) {
        return { why: `席位 ${seat.id} 的数字与封签不符` };
      }
    }
    const mix = { attempt, digits: manifest.seats.map((seat) => opens.get(seat.id).digits), pub: reveal.pub };
    const freezeHash = h("freeze", canon(manifest));
    const seed = h("seed", freezeHash, reveal.op_secret, canon(mix));
    if (seed !== reveal.seed) return { why: "种子算出来不一样" };
    return { manifest, reveal, opens, seed, freezeHash };
  };
  const fail = (why) => ({ ok: false, why });
  const NATIONAL = "这次抽取用国密算法，请用核验页核验";

  // ---- 有名单行：每一层从头抽一遍。{ok, why, visits, ms, seed, opens} ----
  const check = (transcript) => {
    const begun = Date.now();
    if (transcript.v !== "MC1") return { ...fail(NATIONAL), cannot: true };
    const base = seedOf(transcript.events);
    if (base.why) return fail(base.why);
    const [result] = bodies(transcript.events, "result");
    if (!result) return fail("记录还不完整");
    const { manifest, seed, opens } = base;
    const rows = transcript.targets.map(target);
    const drawn = new Set();
    for (let at = 0; at < manifest.strata.length; at += 1) {
      const stratum = manifest.strata[at];
      const pool = rows.filter((row) => row.status[stratum.id] === "E").map((row) => ({ row, value: ticket(seed, stratum.id, row) }));
      pool.sort((a, b) => {
        const class_ = stratum.order === "uninspected_first" ? a.row.p - b.row.p : 0;
        return class_ || before(a.value, b.value) || before(a.row.c, b.row.c);
      });
      const mine = pool.slice(0, stratum.draw).map((entry) => entry.row.c);
      const said = result.strata[at].sel;
      if (mine.length !== said.length || mine.some((c, i) => c !== said[i])) return fail(`“${stratum.id}”这一层抽中的不一样`);
      mine.forEach((c) => drawn.add(c));
    }
    return { ok: true, level: "rows", visits: drawn.size, ms: Date.now() - begun, seed, opens };
  };

  // ---- 没有名单行：种子，加上画面上每一张抽中的签 ----
  // events：收到的事件（content 是规范 JSON，没有的是 null）；shown：[{stratum, byVisits, picks: [{c, ticket, visits}]}]
  const checkEvents = (version, events, shown) => {
    const begun = Date.now();
    if (version !== "MC1") return { ...fail(NATIONAL), cannot: true };
    const read = events.map((event) => ({ type: event.type, body: event.content ? JSON.parse(event.content).body : null }));
    const base = seedOf(read);
    if (base.why) return fail(base.why);
    const [result] = bodies(read, "result");
    if (!result) return { ok: true, level: "seed", visits: 0, ms: Date.now() - begun, seed: base.seed, opens: base.opens };
    const counts = new Map(base.manifest.strata.map((stratum) => [stratum.id, stratum.draw]));
    const drawn = new Set();
    for (const stratum of result.strata) {
      if (counts.get(stratum.id) !== stratum.sel.length) return fail(`“${stratum.id}”这一层抽的家数和冻结时写死的不一样`);
      const onScreen = (shown.find((layer) => layer.stratum === stratum.id) || { picks: [] });
      for (let at = 0; at < stratum.sel.length; at += 1) {
        const pick = onScreen.picks[at];
        if (!pick || pick.c !== stratum.sel[at]) return fail(`“${stratum.id}”这一层画面上第 ${at + 1} 家和记录不一样`);
        let own = false;
        for (let j = 0; j < MAX_WEIGHT && !own; j += 1) own = h("ticket", base.seed, stratum.id, pick.c, j).startsWith(pick.ticket);
        if (!own) return fail(`“${stratum.id}”这一层第 ${at + 1} 家的签不是由种子算出来的`);
        const last = onScreen.picks[at - 1];
        if (last && (onScreen.byVisits ? last.visits - pick.visits || before(last.ticket, pick.ticket) : before(last.ticket, pick.ticket)) > 0) {
          return fail(`“${stratum.id}”这一层第 ${at + 1} 家的次序不对`);
        }
        drawn.add(pick.c);
      }
    }
    return { ok: true, level: "picks", visits: drawn.size, ms: Date.now() - begun, seed: base.seed, opens: base.opens };
  };

  // ---- 说人话 ----
  const words = (verdict, device) => {
    const took = verdict.ms < 100 ? "不到 0.1 秒" : `${((verdict.ms || 0) / 1000).toFixed(1)} 秒`;
    if (verdict.cannot) return { title: "这台设备不能独立计算", text: `${verdict.why}。` };
    if (!verdict.ok) return { title: `您的${device}算出的与现场不一致`, text: `${verdict.why}。请马上截图，当场告诉纪检监督员，要求停下来核对；也可以在签字时写明异议。` };
    const title = `您的${device}独立计算，与现场一致`;
    if (verdict.level === "rows") return { title, text: `记录链、种子和 ${verdict.visits} 家都算过，用时${took}；检查组可用核验页再算` };
    if (verdict.level === "picks") return { title, text: `记录链、种子和抽中 ${verdict.visits} 家的签都算过，用时${took}；名单行公开后可全部重抽一遍` };
    return { title, text: `记录链和种子都算过，用时${took}；名单检查前保密，公开后可全部重抽一遍` };
  };
  const paint = (box, verdict, device) => {
    const said = words(verdict, device);
    const use = box.querySelector("use");
    box.hidden = false;
    box.classList.remove("match--wait");
    box.classList.toggle("match--bad", !verdict.ok && !verdict.cannot);
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, verdict.ok ? "#okc" : verdict.cannot ? "#info" : "#no"));
    box.querySelector("b").textContent = said.title;
    box.querySelector("span").textContent = said.text;
    return said;
  };

  window.mcCheck = check;
  window.mcCheckEvents = checkEvents;
  window.mcCheckPaint = paint;
})();
