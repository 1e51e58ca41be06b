// 未上传草稿页（draft-list.js）用 window.mcDrafts 读同一份草稿。
// 表单草稿：<form data-draft="唯一名"> 随填随存到本机，回来时问要不要恢复；提交成功（下一页带 data-draft-done="唯一名"）后清除。
(() => {
  "use strict";
  const PREFIX = "mc-draft:";
  const SKIP = ["csrfmiddlewaretoken"];

  const store = {
    read(key) {
      try {
        return JSON.parse(window.localStorage.getItem(PREFIX + key));
      } catch (error) {
        return null;
      }
    },
    write(key, draft) {
      try {
        window.localStorage.setItem(PREFIX + key, JSON.stringify(draft));
        return true;
      } catch (error) {
        return false;
      }
    },
    keys() {
      try {
        return Object.keys(window.localStorage)
          .filter((name) => name.startsWith(PREFIX))
          .map((name) => name.slice(PREFIX.length))
          .sort();
      } catch (error) {
        return [];
      }
    },
    drop(key) {
      try {
        window.localStorage.removeItem(PREFIX + key);
      } catch (error) {
        // 浏览器不许存本机数据时，草稿本来就不存在
      }
    },
  };

  const fields = (form) =>
    Array.from(form.elements).filter(
      (field) => field.name && !SKIP.includes(field.name) && !["file", "password", "submit", "button"].includes(field.type),
    );
  const values = (form) => {
    const out = {};
    fields(form).forEach((field) => {
      if (["checkbox", "radio"].includes(field.type)) {
        out[field.name] = out[field.name] || [];
        if (field.checked) out[field.name].push(field.value);
      } else {
        out[field.name] = (out[field.name] || []).concat(field.value);
      }
    });
    return out;
  };
  const restore = (form, saved) => {
    const used = {};
    fields(form).forEach((field) => {
      if (!(field.name in saved)) return;
      if (["checkbox", "radio"].includes(field.type)) {
        field.checked = saved[field.name].includes(field.value);
      } else {
        const at = used[field.name] || 0;
        used[field.name] = at + 1;
        if (saved[field.name][at] !== undefined) field.value = saved[field.name][at];
      }
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
  const two = (number) => String(number).padStart(2, "0");
  const clock = (time) => {
    const at = new Date(time);
    return `${at.getMonth() + 1}月${at.getDate()}日 ${two(at.getHours())}:${two(at.getMinutes())}`;
  };

  const offer = (form, key, draft) => {
    const bar = document.createElement("div");
    const words = document.createElement("p");
    bar.className = "draft";
    bar.setAttribute("role", "status");
    words.textContent = `本机有 ${clock(draft.at)} 没提交的草稿。`;
    const button = (label, act, css) => {
      const node = document.createElement("button");
      node.type = "button";
      node.className = css;
      node.textContent = label;
      node.addEventListener("click", () => {
        act();
        bar.remove();
      });
      return node;
    };
    bar.append(
      words,
      button("恢复草稿", () => restore(form, draft.values), "btn btn--s btn--pri"),
      button("不要了", () => store.drop(key), "btn btn--s"),
    );
    form.prepend(bar);
  };

  const setUp = (form) => {
    const key = form.dataset.draft;
    const state = form.querySelector("[data-draft-state]") || document.querySelector("[data-draft-state]");
    const base = values(form);
    const first = JSON.stringify(base);
    // 草稿是对着哪一份已存内容填的：草稿页据此看出服务器上后来是不是改过。
    const earlier = store.read(key);
    const kept = earlier && earlier.base ? earlier : null;
    let timer = 0;
    const save = () => {
      const now = values(form);
      if (JSON.stringify(now) === first) return;
      const ok = store.write(key, { at: Date.now(), values: now, base: kept ? kept.base : base });
      if (state) state.textContent = ok ? `草稿已存本机 ${clock(Date.now()).split(" ")[1]}` : "本机存不下草稿，请及时提交";
    };
    const saved = earlier;
    if (saved && JSON.stringify(saved.values) !== first) offer(form, key, saved);
    form.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(save, 600);
    });
    // 刚填完就提交的也要先存：登录过期或没有信号时交不上去，内容不能丢；交成功的下一页会清掉它。
    form.addEventListener("submit", () => {
      window.clearTimeout(timer);
      save();
    });
    window.addEventListener("pagehide", () => {
      if (!form.dataset.sent) save();
    });
  };

  window.mcDrafts = { store, values, clock };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-draft-done]").forEach((node) => store.drop(node.dataset.draftDone));
    document.querySelectorAll("form[data-draft]").forEach(setUp);
    const count = store.keys().length;
    document.querySelectorAll("[data-draft-count]").forEach((node) => {
      node.textContent = count ? `本机有 ${count} 份未上传的草稿` : "未上传的草稿";
    });
  });
})();
