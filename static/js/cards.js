// 窄屏上的表：一行变一张卡片，表头的字写到每一格前面。没有脚本时照旧横向滚动。
// 不改的：跨行的表、没有表头的表、两列的表、自己另有窄屏样式的表（data-keep 或 .items、.todo、.cal、.avail、图下面的数据表）。
(() => {
  "use strict";

  const KEEP = ".items, .todo, .cal, .avail, .chartbox table, [data-keep]";
  const UNIT = /^(.+)，(\S{1,3})$/; // “今年检查，次”：单位写到数字后面
  const narrow = window.matchMedia("(max-width: 640px)");
  const words = (cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll(".vh, svg").forEach((node) => node.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };

  const fits = (table) => {
    const head = table.tHead;
    return !table.matches(KEEP) && head && head.rows.length === 1 && head.rows[0].cells.length > 2 && !table.querySelector("[rowspan]");
  };

  const short = (table) => table.tHead && table.tHead.rows.length === 1 && table.tHead.rows[0].cells.length < 3;

  const hasBox = (cell) => cell.querySelector("input[type=checkbox][name=selected]") !== null;
  const nameOf = (cells) =>
    cells.find((cell) => cell.hasAttribute("data-name")) ||
    cells.find((cell) => cell.tagName === "TH") ||
    cells.find((cell) => !hasBox(cell) && cell.querySelector("a:not(.btn):not(.open)")) ||
    cells.find((cell) => !hasBox(cell) && !cell.classList.contains("num"));

  // 读屏软件要的角色：display 改了以后，表格的语义要另外写明
  const role = (node, name) => {
    if (!node.hasAttribute("role")) node.setAttribute("role", name);
  };

  const label = (row, heads) => {
    const cells = Array.from(row.cells);
    const name = nameOf(cells);
    let column = 0;
    cells.forEach((cell) => {
      const head = heads[column] || "";
      const blank = cell.children.length === 0 && cell.textContent.trim() === "";
      role(cell, cell.tagName === "TH" ? "rowheader" : "cell");
      cell.classList.toggle("card__blank", blank);
      cell.classList.toggle("card__name", cell === name && cell.colSpan === 1);
      cell.classList.toggle("card__wide", cell.colSpan > 1);
      cell.classList.toggle("card__box", hasBox(cell));
      if (head && cell !== name && cell.colSpan === 1) {
        const unit = cell.classList.contains("num") && !cell.querySelector("small") && UNIT.exec(/^[家人次件条项个]$/.test(head) ? `数量，${head}` : head);
        cell.dataset.th = unit ? unit[1] : head;
        if (unit && !blank) cell.dataset.unit = unit[2];
      }
      column += cell.colSpan;
    });
    role(row, "row");
  };

  const cards = (table) => {
    const heads = [];
    Array.from(table.tHead.rows[0].cells).forEach((cell) => {
      for (let n = 0; n < cell.colSpan; n += 1) heads.push(words(cell));
      role(cell, "columnheader");
    });
    role(table, "table");
    role(table.tHead.rows[0], "row");
    [table.tHead, table.tFoot, ...table.tBodies].filter(Boolean).forEach((part) => role(part, "rowgroup"));
    [...table.tBodies, table.tFoot].filter(Boolean).forEach((part) => Array.from(part.rows).forEach((row) => label(row, heads)));
    if (!table.tHead.querySelector("[aria-sort]")) table.tHead.dataset.still = "";
    const numbers = table.tHead.querySelectorAll("th.num").length;
    table.classList.add("is-cards");
    table.classList.toggle("is-figures", numbers * 2 > heads.length); // 数字为主的表：几个数字排一行
  };

  const ready = (root) => {
    if (!narrow.matches) return;
    const own = root.matches && root.matches("table.tbl") ? [root] : [];
    const tables = [...own, ...root.querySelectorAll("table.tbl")];
    tables.filter(fits).forEach(cards);
    tables.filter(short).forEach((table) => table.classList.add("is-short"));
    const around = root.closest && root.closest("table.tbl");
    if (around && fits(around)) cards(around);
  };

  document.addEventListener("DOMContentLoaded", () => ready(document));
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
  narrow.addEventListener("change", () => ready(document));
})();
