// 登录过期或校验失效时，没交上去的内容不丢：提交前记在本页签，重新登录回到原页后填回原处，由人核对后再交。
// 服务器在“没收到”的页面上带 data-unsent；密码和文件不记。自带草稿的表单（data-draft）由 drafts.js 管。
// 收到了但没有照办、带着一句理由回到原页的，也填回；服务器自己已经填好的不动。
(() => {
  "use strict";
  const KEY = "mc-unsent";
  const read = () => {
    try {
      return JSON.parse(window.sessionStorage.getItem(KEY));
    } catch (error) {
      return null;
    }
  };
  const write = (kept) => {
    try {
      if (kept) window.sessionStorage.setItem(KEY, JSON.stringify(kept));
      else window.sessionStorage.removeItem(KEY);
    } catch (error) {
      // 浏览器不许存，就和没有脚本时一样：回到原页重填
    }
  };
  const here = () => window.location.pathname + window.location.search;
  const who = () => {
    const node = document.querySelector("[data-who]");
    return node ? node.dataset.who : "";
  };
  const target = (form) => form.getAttribute("action") || "";
  const fields = (form) =>
    Array.from(form.elements).filter(
      (field) => field.name && field.name !== "csrfmiddlewaretoken" && !["file", "password", "submit", "button", "hidden"].includes(field.type),
    );

  const keep = (form) => {
    const values = fields(form).map((field) => [field.name, ["checkbox", "radio"].includes(field.type) ? [field.value, field.checked] : field.value]);
    const files = Array.from(form.elements).some((field) => field.type === "file" && field.files.length);
    write({ page: here(), action: target(form), who: who(), values, files, lost: false });
  };
  const fill = (form, kept) => {
    const left = kept.values.slice();
    let changed = 0;
    fields(form).forEach((field) => {
      const choice = ["checkbox", "radio"].includes(field.type);
      const at = left.findIndex(([name, value]) => name === field.name && (!choice || value[0] === field.value));
      if (at < 0) return;
      const [[, value]] = left.splice(at, 1);
      if (choice ? field.checked === value[1] : field.value === value) return;
      changed += 1;
      if (choice) field.checked = value[1];
      else field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    if (!changed && !kept.lost) return;
    const bar = document.createElement("div");
    const words = document.createElement("p");
    bar.className = "draft";
    bar.setAttribute("role", "status");
    words.textContent = `${kept.lost ? "刚才没有交上去的内容已填回" : "没有办成，刚才填的已填回"}，请核对后再提交。${kept.files ? "文件要重新选择。" : ""}`;
    bar.append(words);
    form.prepend(bar);
    const folded = form.closest("details");
    if (folded) folded.open = true;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.dataset.draft || form.querySelector("input[type=password]")) return;
    if (fields(form).length) keep(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const kept = read();
    if (!kept) return;
    if (document.querySelector("[data-unsent]")) {
      write(Object.assign(kept, { lost: true }));
      document.querySelectorAll("a[data-unsent-back]").forEach((link) => (link.href = kept.page));
      return;
    }
    if (!kept.lost && !document.querySelector("[data-flash] .notice--bad")) {
      write(null);
      return;
    }
    if (kept.page !== here() || kept.who !== who()) return;
    const form = Array.from(document.querySelectorAll("form[method=post]")).find((one) => target(one) === kept.action);
    if (form) fill(form, kept);
    write(null);
  });
})();
