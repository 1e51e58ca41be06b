// 手写签字：画布转 PNG（data URL）写入隐藏字段；没有脚本或不便手写时，用姓名输入框代替。
(() => {
  "use strict";
  const INK = "#10263D";

  const setUp = (root) => {
    const box = root.querySelector("[data-signature-box]");
    const canvas = root.querySelector("canvas");
    const value = root.querySelector("[data-signature-value]");
    const state = root.querySelector("[data-signature-state]");
    const pen = canvas.getContext("2d");
    let drawing = false;
    let strokes = 0;

    const clear = () => {
      const ratio = Math.max(1, window.devicePixelRatio || 1);
      canvas.width = Math.round(canvas.clientWidth * ratio);
      canvas.height = Math.round(canvas.clientHeight * ratio);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.lineWidth = 2.6;
      pen.lineCap = "round";
      pen.lineJoin = "round";
      pen.strokeStyle = INK;
      strokes = 0;
      value.value = "";
      state.textContent = "还没有签";
    };
    const point = (event) => {
      const edge = canvas.getBoundingClientRect();
      return [event.clientX - edge.left, event.clientY - edge.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...point(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...point(event));
      pen.stroke();
    });
    const stop = () => {
      if (!drawing) return;
      drawing = false;
      strokes += 1;
      value.value = canvas.toDataURL("image/png");
      state.textContent = `已签，${strokes} 笔`;
    };
    ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, stop));
    root.querySelector("[data-signature-clear]").addEventListener("click", clear);

    box.hidden = false;
    root.querySelector("[data-signature-tools]").hidden = false;
    clear();
    // 横竖屏切换会改变画布大小：只有还没签时才重置，已签的不动
    window.addEventListener("resize", () => strokes === 0 && clear());
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-signature]").forEach(setUp));
})();
