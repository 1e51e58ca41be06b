// 明抽页面脚本：对话框、先问再做、浮条、数字来历、批量选择、整行点击、上传清单、菜单。没有脚本时页面照常能用。
(() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // ---- CSRF：htmx 的非 GET 请求带上页面里已有的令牌 ----
  const csrf = () => {
    const input = find("input[name=csrfmiddlewaretoken]");
    if (input) return input.value;
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    return cookie ? decodeURIComponent(cookie.slice(10)) : "";
  };
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
  });
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) =>
    document.addEventListener(name, () => toast("没有取到数据，请检查网络后再试一次。", "bad")),
  );

  // ---- 浮条 ----
  const ICONS = { info: "info", ok: "okc", warn: "alert", bad: "no" };
  const sprite = () => {
    const use = find("svg use");
    return use ? use.getAttribute("href").split("#")[0] : "";
  };
  const symbol = (name, css) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", css);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${sprite()}#${name}`);
    svg.append(use);
    return svg;
  };
  function toast(text, tone = "info") {
    const box = find("#toasts");
    if (!box) return;
    const item = document.createElement("div");
    const words = document.createElement("span");
    const close = document.createElement("button");
    item.className = `toast toast--${tone}`;
    item.dataset.toast = "";
    words.textContent = text;
    close.type = "button";
    close.className = "toast__x";
    close.dataset.close = "";
    close.setAttribute("aria-label", "关闭提示");
    close.append(symbol("cross", "icon icon--s"));
    item.append(symbol(ICONS[tone] || "info", "icon"), words, close);
    box.append(item);
    if (tone === "ok" || tone === "info") window.setTimeout(() => item.remove(), 8000);
  }
  window.mc = Object.assign(window.mc || {}, { toast });

  // ---- 对话框 ----
  const openDialog = (dialog, opener) => {
    dialog.mcOpener = opener;
    dialog.showModal();
  };
  document.addEventListener("close", (event) => event.target.mcOpener && event.target.mcOpener.focus(), true);

  // 先问再做：把就地展开的表单搬进对话框，关上再搬回去
  const ask = (details) => {
    const form = find("form", details);
    const dialog = document.createElement("dialog");
    const title = find(".confirm__t", form);
    dialog.className = "dlg";
    title.id = title.id || `${Date.now()}-ask`;
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(form);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      details.append(form);
      dialog.remove();
      find("summary", details).focus();
    });
    dialog.showModal();
  };

  // ---- 数字来历：点数字，说明在下一行展开；没有脚本时全部展开，链接跳过去 ----
  const whyRow = (link) => document.getElementById(link.getAttribute("href").slice(1));
  const showWhy = (link, open) => {
    const row = whyRow(link);
    if (!row) return;
    row.hidden = !open;
    all(`a[data-why][href="#${row.id}"]`).forEach((other) => {
      other.setAttribute("aria-expanded", String(open && other === link));
      const cell = other.closest("td, th");
      if (cell) cell.classList.toggle("is-opened", open && other === link);
    });
  };

  // ---- 批量 ----
  const countChosen = (form) => {
    const boxes = all("input[name=selected]", form);
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => {
      const row = box.closest("tr");
      if (row) row.classList.toggle("is-on", box.checked);
    });
    all("[data-batch-count]", form).forEach((node) => (node.textContent = String(chosen.length)));
    all("[data-batch-bar] button", form).forEach((button) => (button.disabled = chosen.length === 0));
    const master = find("[data-batch-all]", form);
    if (master) {
      master.checked = boxes.length > 0 && chosen.length === boxes.length;
      master.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
  };

  // ---- 上传清单 ----
  const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const listFiles = (input) => {
    const list = find("[data-drop-list]", input.closest("[data-drop]"));
    if (!list) return;
    list.textContent = "";
    Array.from(input.files).forEach((file) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      const note = document.createElement("small");
      name.className = "up__n";
      name.textContent = file.name;
      note.textContent = `${size(file.size)}，尚未上传`;
      name.append(note);
      item.append(symbol("file", "icon"), name);
      list.append(item);
    });
  };

  // ---- 事件 ----
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    const close = target.closest("[data-close]");
    if (close) {
      const holder = close.closest("dialog, [data-toast], details");
      if (holder instanceof HTMLDialogElement) holder.close();
      else if (holder instanceof HTMLDetailsElement) holder.open = false;
      else if (holder) holder.remove();
      return;
    }
    const opener = target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog instanceof HTMLDialogElement) openDialog(dialog, opener);
      return;
    }
    const summary = target.closest("[data-confirm] > summary");
    if (summary && window.HTMLDialogElement) {
      event.preventDefault();
      ask(summary.parentElement);
      return;
    }
    const why = target.closest("a[data-why]");
    if (why) {
      event.preventDefault();
      showWhy(why, why.getAttribute("aria-expanded") !== "true");
      return;
    }
    if (target.closest("[data-print]")) window.print();
    const row = target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, label, select, summary") && !String(window.getSelection())) {
      window.location.href = row.dataset.href;
    }
  });

  document.addEventListener("change", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLInputElement)) return;
    const form = target.closest("form[data-batch]");
    if (form) {
      if (target.matches("[data-batch-all]")) all("input[name=selected]", form).forEach((box) => (box.checked = target.checked));
      countChosen(form);
    }
    if (target.type === "file" && target.closest("[data-drop]")) listFiles(target);
  });

  // 提交一次就够：按钮转圈，防重复
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter || find("button[type=submit]", form);
    if (button) {
      button.classList.add("is-busy");
      button.setAttribute("aria-busy", "true");
    }
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all(".is-busy", form).forEach((button) => {
      button.classList.remove("is-busy");
      button.removeAttribute("aria-busy");
    });
  }));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details[data-menu-pop][open]").forEach((menu) => (menu.open = false));
  });
  document.addEventListener("click", (event) => {
    all("details[data-menu-pop][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  const ready = (root) => {
    all("tr[data-why-closed]", root).forEach((row) => (row.hidden = true));
    all("form[data-batch]", root).forEach(countChosen);
  };
  document.addEventListener("DOMContentLoaded", () => {
    ready(document);
    if (window.matchMedia("(max-width: 900px)").matches) all("details[data-menu]").forEach((menu) => (menu.open = false));
    const summary = find("[data-errsum]");
    if (summary) summary.focus();
    // 大字版：站内链接继续带 view=large
    if (document.body.classList.contains("pub--large")) {
      all("a[href]").forEach((link) => {
        const url = new URL(link.href, window.location.href);
        if (url.origin === window.location.origin && !link.matches(".pub__big") && !link.getAttribute("href").startsWith("#")) {
          url.searchParams.set("view", "large");
          link.href = url.href;
        }
      });
    }
  });
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
})();
