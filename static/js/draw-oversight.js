// 乙方密钥：在持有人自己的浏览器里生成和计算，服务器只得到末端和每轮的一节。
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const step = (x) => window.mcHash("chain", x);
  const times = (x, n) => {
    let value = x;
    for (let i = 0; i < n; i += 1) value = step(value);
    return value;
  };
  const randomHex = (bytes) => Array.from(window.crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
  const grouped = (text) => text.replace(/(.{8})(?=.)/g, "$1 ");
  const clean = (text) => text.replace(/[\uff10-\uff19\uff41-\uff46]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s-]/g, "").toLowerCase();
  let secret = "";

  // ---- 生成 ----
  const make = (box) => {
    secret = randomHex(32);
    find("[data-secret]", box).textContent = grouped(secret);
    find("[data-made]", box).hidden = false;
    find("form", box).elements.tip.value = times(secret, Number(box.dataset.length));
    find("[data-deposit]", box).disabled = true;
    find("[data-sure]", box).checked = false;
  };
  const save = (number) => window.mcRoom.save(`${number}-chain-b.txt`, `${number} 乙方密钥（只给持有人本人，勿传勿存网盘）\r\n${grouped(secret)}\r\n`);

  // ---- 交出本轮的一节 ----
  const release = (box, event) => {
    const { length, round, before } = box.dataset;
    const typed = clean(find("[data-secret-in]", box).value);
    const word = find("[data-release-word]", box);
    const form = find("form", box);
    if (form.elements.xb.value) return;
    event.preventDefault();
    if (!/^[0-9a-f]{64}$/.test(typed)) {
      word.textContent = `密钥是 64 位，只有数字和 a–f，现在是 ${typed.length} 位。请对照打印件。`;
      return;
    }
    const key = times(typed, Number(length) - Number(round));
    if (step(key) !== before) {
      word.textContent = "这不是本次抽取的密钥：推算到上一轮对不上。请核对打印件上的编号。";
      return;
    }
    find("[data-secret-in]", box).value = "";
    word.textContent = "已在本机算出本轮的一节，正在交出。";
    form.elements.xb.value = key;
    window.setTimeout(() => form.requestSubmit(), 0); // 提交事件里不能再提交
  };

  // ---- 抽验：在本机重算盲号 ----
  const openings = () => {
    document.querySelectorAll("[data-opening]").forEach((node) => {
      const record = JSON.parse(node.dataset.record);
      const canon = `{"ev":${JSON.stringify(record.ev)},"k":${JSON.stringify(record.k)},"name":${JSON.stringify(record.name)},"row":${JSON.stringify(record.row)},"uid":${JSON.stringify(record.uid)}}`;
      const same = window.mcHash("leaf", node.dataset.salt, canon) === node.dataset.opening;
      const word = find("[data-opening-word]", node);
      word.textContent = same ? "本机重算盲号一致" : "本机重算盲号不一致";
      word.className = same ? "is-ok" : "is-bad";
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const feed = window.mcFeed;
    const say = feed.announcer();
    const busy = () => secret || Array.from(document.querySelectorAll("main form[method=post] input[type=text], main textarea")).some((node) => node.value);
    const refresh = () => {
      const home = window.location.pathname.replace(/oversight\/.*$/, "oversight/");
      const after = (changed) => {
        openings();
        feed.reloadForSignature(changed, home);
      };
      if (!busy()) feed.swap(home + window.location.search, { after }).catch(() => {});
      else find("[data-news]").hidden = false;
    };
    openings();
    window.mcRoom.pace(say);
    feed.start({
      events(fresh, { first }) {
        if (first) return;
        fresh.forEach((event) => say(event.say));
        refresh();
      },
      moved: refresh,
      state: feed.show,
    });
    document.addEventListener("click", (event) => {
      const box = event.target.closest("[data-chain-b]");
      if (!box) return;
      if (event.target.closest("[data-make]")) make(box);
      else if (event.target.closest("[data-save]")) save(box.dataset.number);
    });
    document.addEventListener("change", (event) => {
      if (event.target.matches("[data-sure]")) find("[data-deposit]").disabled = !event.target.checked;
    });
    document.addEventListener("submit", (event) => {
      const box = event.target.closest("[data-release]");
      if (box) release(box, event);
      if (event.target.closest("[data-chain-b]")) secret = "";
    }, true);
  });
})();
