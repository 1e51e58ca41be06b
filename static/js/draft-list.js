// 未上传草稿页：列出本机草稿，逐份或全部上传；服务器上后来改过的，两边并列，由人选用哪一份。
(() => {
  "use strict";
  const KEY = /^visit-(\d+)-(arrive|status|sign|item-(\d+))$/;
  // 到场时间和签字只能当面办，不从草稿代为提交。
  const IN_PERSON = { arrive: "到场要当场确认，请打开后提交。", sign: "签字要当面办，请打开后提交。" };
  const NAMES = { arrive: "到场", status: "生产状态", sign: "结论和签字" };
  const PATHS = { arrive: "arrive/", status: "status/", sign: "sign/" };

  const make = (tag, css, text) => {
    const node = document.createElement(tag);
    if (css) node.className = css;
    if (text) node.textContent = text;
    return node;
  };
  const button = (text, css, act) => {
    const node = make("button", css, text);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  const parse = (key) => {
    const found = KEY.exec(key);
    if (!found) return null;
    const [, visit, step, number] = found;
    return {
      visit,
      step: number ? "item" : step,
      name: number ? `第 ${number} 项` : NAMES[step],
      url: `/m/t/${visit}/${number ? `items/${number}/` : PATHS[step]}`,
    };
  };

  // 取那一页的表单：现在服务器上存的就是它里面的值。
  const fetchForm = (key, url) =>
    fetch(url, { credentials: "same-origin" }).then((response) => {
      if (response.redirected && response.url.includes("/login/")) throw new Error("登录已过期，请重新登录后再传。");
      if (response.status === 404 || response.status === 403) throw new Error("这次检查已不在您名下，草稿不能上传。");
      if (!response.ok) throw new Error(`服务器没有给出这一页（${response.status}），请稍后再试。`);
      return response.text().then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        const form = Array.from(page.querySelectorAll("form[data-draft]")).find((node) => node.dataset.draft === key);
        if (!form) throw new Error("这一步已经提交过，不能再改。草稿可以删去。");
        return { page, form };
      });
    });

  const label = (form, name) => {
    const field = Array.from(form.elements).find((node) => node.name === name);
    if (!field) return name;
    const group = field.closest("fieldset");
    if (["radio", "checkbox"].includes(field.type) && group && group.querySelector("legend")) {
      return group.querySelector("legend").textContent.trim();
    }
    const own = field.labels && field.labels[0];
    return own ? own.textContent.trim() : name;
  };
  const shown = (form, name, list) =>
    (list || [])
      .map((value) => {
        const own = Array.from(form.elements).filter((node) => node.name === name);
        const list_ = own.find((node) => node.tagName === "SELECT");
        const option = list_ && Array.from(list_.options).find((node) => node.value === value);
        if (option) return option.textContent.trim();
        const choice = own.find((node) => ["radio", "checkbox"].includes(node.type) && node.value === value);
        if (choice && choice.labels[0]) return choice.labels[0].textContent.trim();
        return value;
      })
      .filter(Boolean)
      .join("、") || "（空）";

  // 把草稿填回表单再取全部字段：草稿里没有的字段保持服务器上的值。
  const body = (form, draft) => {
    const data = new FormData();
    const token = form.querySelector("[name=csrfmiddlewaretoken]");
    if (token) data.append("csrfmiddlewaretoken", token.value);
    const all = Object.assign({}, window.mcDrafts.values(form), draft);
    Object.keys(all).forEach((name) => all[name].forEach((value) => data.append(name, value)));
    return data;
  };
  const post = (url, form, draft) =>
    fetch(url, { method: "POST", body: body(form, draft), credentials: "same-origin" }).then((response) => {
      if (response.ok && response.redirected) return;
      return response.text().then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        const lines = Array.from(page.querySelectorAll(".errsum li, .errsum p")).map((node) => node.textContent.trim());
        throw new Error(lines.join(" ") || `没有收下（${response.status}），请打开这一页提交。`);
      });
    });

  const setUp = (root) => {
    const { store, values, clock } = window.mcDrafts;
    const list = root.querySelector("[data-draft-list]");
    const empty = root.querySelector("[data-draft-empty]");
    const all = document.querySelector("[data-draft-all]");
    const heading = root.querySelector("[data-draft-heading]");
    const status = root.querySelector("[data-draft-status]");
    const names = {};
    root.querySelectorAll("[data-visit]").forEach((node) => {
      names[node.dataset.visit] = node.dataset.name;
    });
    const rows = [];

    const recount = () => {
      const left = rows.filter((row) => !row.done).length;
      heading.textContent = left ? `本机有 ${left} 份未上传的草稿` : "未上传的草稿";
      empty.hidden = left > 0;
      list.hidden = left === 0;
      all.disabled = !rows.some((row) => !row.done && !IN_PERSON[row.what.step]);
    };
    const finish = (row, text) => {
      store.drop(row.key);
      row.done = true;
      row.node.remove();
      status.textContent = `${row.title}：${text}`;
      recount();
    };
    const tell = (row, text, bad) => {
      row.note.textContent = text;
      row.note.className = bad ? "small is-bad" : "small mute";
    };

    const differences = (row, form, server) => {
      const mine = row.draft.values;
      const names_ = Object.keys(mine).filter((name) => !same(mine[name], server[name] || []));
      const facts = make("dl", "facts");
      names_.forEach((name) => {
        const line = make("div");
        line.append(
          make("dt", "", label(form, name)),
          make("dd", "", `本机：${shown(form, name, mine[name])}`),
          make("dd", "", `服务器：${shown(form, name, server[name])}`),
        );
        facts.append(line);
      });
      return facts;
    };
    const conflict = (row, form, server) => {
      row.extra.textContent = "";
      tell(row, "填草稿以后，服务器上的这一步又改过。请对照后选一份，没选之前两份都留着。", true);
      const acts = make("div", "row mt");
      acts.append(
        button("用本机草稿", "btn btn--s btn--pri", () => send(row, true)),
        button("用服务器上的", "btn btn--s", () => finish(row, "已保留服务器上的内容，草稿删去。")),
      );
      row.extra.append(differences(row, form, server), acts);
      if (row.send) row.send.hidden = true;
    };

    const send = (row, over) => {
      tell(row, "正在上传…");
      return fetchForm(row.key, row.what.url)
        .then(({ form }) => {
          const server = values(form);
          if (same(server, row.draft.values)) return finish(row, "服务器上已经是这份内容，草稿删去。");
          const moved = !row.draft.base || !same(server, row.draft.base);
          if (moved && !over) return conflict(row, form, server);
          return post(row.what.url, form, row.draft.values).then(() => finish(row, "已上传。"));
        })
        .catch((error) => {
          const offline = error instanceof TypeError;
          tell(row, offline ? "现在连不上服务器，草稿还在本机，有信号后再传。" : error.message, true);
        });
    };

    const show = (key) => {
      const what = parse(key);
      const draft = store.read(key);
      if (!what || !draft || !draft.values) return;
      const place = names[what.visit];
      const row = { key, what, draft, done: false, title: `${place || `${what.visit} 号检查`} ${what.name}` };
      row.node = make("li", "pcard");
      row.node.append(make("b", "", place || `${what.visit} 号检查（不在您的待办里）`), make("p", "", `${what.name}，${clock(draft.at)} 存`));
      row.note = make("p", "small mute", IN_PERSON[what.step] || "");
      row.note.setAttribute("role", "status");
      row.extra = make("div");
      const acts = make("div", "row mt");
      if (!IN_PERSON[what.step]) {
        row.send = button("上传", "btn btn--s btn--pri", () => send(row, false));
        acts.append(row.send);
      }
      const open = make("a", "btn btn--s", "打开");
      open.href = what.url;
      let asked = false;
      const drop = button("删去", "btn btn--s", () => {
        if (asked) return finish(row, "草稿已删去。");
        asked = true;
        drop.textContent = "确定删去？";
        drop.className = "btn btn--s btn--danger";
        return undefined;
      });
      acts.append(open, drop);
      acts.querySelectorAll(".btn").forEach((node) => node.setAttribute("aria-label", `${node.textContent}：${row.title}`));
      row.node.append(row.note, row.extra, acts);
      list.append(row.node);
      rows.push(row);
    };

    store.keys().forEach(show);
    recount();
    all.addEventListener("click", () => {
      all.disabled = true;
      rows
        .filter((row) => !row.done && !IN_PERSON[row.what.step])
        .reduce((before, row) => before.then(() => send(row, false)), Promise.resolve())
        .then(() => {
          const left = rows.filter((row) => !row.done).length;
          status.textContent = left ? `还有 ${left} 份要您处理，原因写在各份下面。` : "全部上传完毕。";
          recount();
        });
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const root = document.querySelector("[data-drafts]");
    if (root) setUp(root);
  });
})();
