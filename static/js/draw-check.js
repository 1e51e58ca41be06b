// 席位自己的设备独立重算：名单指纹、组织方承诺、各席封签、种子、每一层的签。检查组由核验页重算。
(() => {
  "use strict";
  const h = window.mcHash;

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

  // {ok, why, visits, ms, seed}：why 说明第一处不一致
  const check = (transcript) => {
    const begun = Date.now();
    const bodies = (type) => transcript.events.filter((event) => event.type === type).map((event) => event.body);
    const [manifest] = bodies("freeze");
    const [reveal] = bodies("reveal");
    const [result] = bodies("result");
    const fail = (why) => ({ ok: false, why });
    if (transcript.v !== "MC1") return fail("这次抽取用国密算法，请用核验页核验");
    if (!manifest || !reveal || !result) return fail("记录还不完整");
    if (h("op", manifest.draw_id, reveal.op_secret) !== manifest.op_commit) return fail("组织方秘密与封存的承诺不符");
    const attempt = reveal.attempt;
    const of = (type) => new Map(bodies(type).filter((body) => body.attempt === attempt).map((body) => [body.seat, body]));
    const slips = of("slip");
    const opens = of("open");
    for (const seat of manifest.seats) {
      const open = opens.get(seat.id);
      if (!open) return fail(`席位 ${seat.id} 没有公开数字`);
      if (seat.method === "sealed" && h("slip", manifest.draw_id, attempt, seat.id, open.digits, open.nonce) !== slips.get(seat.id).commit) {
        return fail(`席位 ${seat.id} 的数字与封签不符`);
      }
    }
    const mix = { attempt, digits: manifest.seats.map((seat) => opens.get(seat.id).digits), pub: reveal.pub };
    const seed = h("seed", h("freeze", canon(manifest)), reveal.op_secret, canon(mix));
    if (seed !== reveal.seed) return fail("种子算出来不一样");
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
    return { ok: true, visits: drawn.size, ms: Date.now() - begun, seed, opens };
  };

  window.mcCheck = check;
})();
