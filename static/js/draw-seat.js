// 席位：定数、封签、开签都在这台设备上算；服务器在开签之前只见到封签的指纹。
(() => {
  "use strict";
  const feed = window.mcFeed;
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const MIN = 6;
  const MAX = 20;
  let digits = "";
  let opening = false;
  let lastFace = "";

  // ---- 存在本机 ----
  const key = (box) => `mc-slip|${box.dataset.draw}|${box.dataset.seat}|${box.dataset.attempt}`;
  const store = {
    works() {
      try {
        window.localStorage.setItem("mc-try", "1");
        window.localStorage.removeItem("mc-try");
        return true;
      } catch (error) {
        return false;
      }
    },
    put(name, value) {
      try {
        window.localStorage.setItem(name, JSON.stringify(value));
        return true;
      } catch (error) {
        return false;
      }
    },
    get(name) {
      try {
        return JSON.parse(window.localStorage.getItem(name));
      } catch (error) {
        return null;
      }
    },
  };
  const randomHex = (bytes) => Array.from(window.crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
  // 丢掉 250 以上的字节，十个数字机会相等
  const randomDigits = (count) => {
    let out = "";
    while (out.length < count) {
      window.crypto.getRandomValues(new Uint8Array(32)).forEach((byte) => {
        if (byte < 250 && out.length < count) out += String(byte % 10);
      });
    }
    return out;
  };
  const grouped = (text) => text.replace(/(\d{3})(?=\d)/g, "$1 ");

  // ---- 数字键盘 ----
  const showPad = () => {
    const value = find("[data-pad-value]");
    if (!value) return;
    value.textContent = digits ? grouped(digits) : "– – – – – –";
    find("[data-pad-count]").textContent = digits.length < MIN ? `${digits.length} 位，至少 ${MIN} 位` : `${digits.length} 位`;
    const seal = find("[data-seal-now]");
    if (seal) seal.disabled = digits.length < MIN;
  };
  const press = (what) => {
    if (what === "clear") digits = "";
    else if (what === "back") digits = digits.slice(0, -1);
    else if (digits.length < MAX) digits += what;
    showPad();
  };
  const seal = () => {
    const box = find("[data-seal]");
    if (!box || digits.length < MIN) return;
    const nonce = randomHex(16);
    const { draw, seat, attempt } = box.dataset;
    const commit = window.mcHash("slip", draw, attempt, seat, digits, nonce);
    if (!store.put(key(box), { digits, nonce, commit })) {
      const sure = window.confirm(`这台设备不能保存数据。请先抄下：\n数字 ${digits}\n随机串 ${nonce}\n抄好了再点“确定”封签。`);
      if (!sure) return;
    }
    const form = find("[data-slip-form]");
    form.elements.commit.value = commit;
    form.requestSubmit();
  };

  // ---- 封签之后 ----
  const showKept = () => {
    const box = find("[data-kept]");
    if (!box) return;
    const kept = store.get(key(box));
    const same = kept && kept.commit === box.dataset.slip;
    find("[data-kept-word]").textContent = same ? "与本机一致" : "";
    find("[data-kept-digits]").textContent = same ? kept.digits : "这台设备上没有。开签时请手动输入您抄下的数字和随机串。";
    find("[data-kept-nonce]").textContent = same ? kept.nonce : "";
    find("[data-save-receipt]").hidden = !same;
  };
  const saveReceipt = () => {
    const box = find("[data-kept]");
    const { draw, seat, attempt, slip } = box.dataset;
    const kept = store.get(key(box));
    const title = document.title.split(" · ")[0];
    window.mcRoom.save(
      `${draw}-${seat}-${slip.slice(0, 8)}.txt`,
      [draw, `${title}，第 ${attempt} 次封签`, `封签回执 ${slip.slice(0, 4)}-${slip.slice(4, 8)}`, slip, "", "开签以前不要给别人看：", `数字 ${kept.digits}`, `随机串 ${kept.nonce}`, ""].join("\r\n"),
    );
  };
  const openSlip = () => {
    const box = find("[data-open]");
    if (!box || opening) return;
    const form = find("[data-open-form]");
    const kept = store.get(key(box));
    if (kept && kept.commit === box.dataset.slip && !form.elements.digits.value) {
      form.elements.digits.value = kept.digits;
      form.elements.nonce.value = kept.nonce;
    }
    if (!form.elements.digits.value) {
      find("[data-open-word]").textContent = "这台设备上没有您的数字。请在下面手动输入抄下的数字和随机串，或换回封签时的设备。";
      find("[data-manual]").open = true;
      return;
    }
    opening = true;
    form.requestSubmit();
  };
  // 自动开签最多试三次；还不行就等本人按按钮，免得反复提交
  const autoOpen = () => {
    const box = find("[data-open]");
    if (!box) return;
    const name = `mc-tried|${key(box)}`;
    let tried = 0;
    try {
      tried = Number(window.sessionStorage.getItem(name) || 0);
      window.sessionStorage.setItem(name, String(tried + 1));
    } catch (error) {
      tried = 0;
    }
    if (tried < 3) openSlip();
    else find("[data-open-word]").textContent = "自动公开没有成功，请点下面的“公开我的数字”再试，或告诉主持人。";
  };

  // ---- 独立计算 ----
  let verdict = null;
  const independent = () => {
    const box = find("[data-check]");
    if (!box) return;
    if (verdict) {
      window.mcCheckPaint(box, verdict, "手机");
      return;
    }
    fetch(box.dataset.check, { credentials: "same-origin" })
      .then((response) => response.json().then((body) => (response.ok ? body : Promise.reject(new Error(body.error)))))
      .then((transcript) => {
        verdict = window.mcCheck(transcript);
        window.mcCheckPaint(box, verdict, "手机");
      })
      .catch((error) => {
        find("b", box).textContent = "还不能独立计算";
        find("span", box).textContent = error.message || "没有取到记录，请稍后再看。";
      });
  };

  const ready = () => {
    all("[data-pad], [data-roll]").forEach((node) => (node.hidden = false));
    const warn = find("[data-storage]");
    if (warn) warn.hidden = store.works();
    const face = find("[data-face]").dataset.face;
    if (face !== lastFace) {
      digits = "";
      opening = false;
      lastFace = face;
    }
    showPad();
    showKept();
    autoOpen();
    independent();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const say = feed.announcer();
    const bar = () => {
      const old = find(".pbar");
      const face = find("[data-face]");
      if (old && face) old.classList.toggle("pbar--none", /^(wait|watch|void)/.test(face.dataset.face));
    };
    const refresh = () => feed.swap(window.location.pathname.replace(/seat\/.*$/, "seat/"), { after: (changed) => changed.length && (bar(), ready()) }).catch(() => {});
    ready();
    window.mcRoom.pace(say);
    feed.start({
      events(fresh, { first }) {
        if (!first) fresh.forEach((event) => say(event.say));
        if (!first) refresh();
      },
      moved: refresh,
      state(state) {
        feed.show(state);
        const word = find("[data-chain]");
        if (word && state.kind === "ok") word.textContent = state.chain.checked ? "一致" : "";
      },
    });
    document.addEventListener("click", (event) => {
      const pad = event.target.closest("[data-key]");
      if (pad) press(pad.dataset.key);
      else if (event.target.closest("[data-roll]")) {
        digits = randomDigits(MAX);
        showPad();
      } else if (event.target.closest("[data-seal-now]")) seal();
      else if (event.target.closest("[data-save-receipt]")) saveReceipt();
      else if (event.target.closest("[data-open-now]")) {
        opening = false;
        openSlip();
      }
    });
    document.addEventListener("keydown", (event) => {
      if (!find("[data-pad]") || event.target.closest("input, textarea")) return;
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") press("back");
    });
  });
})();
