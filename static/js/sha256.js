// SHA-256，纯 JS、同步，内网 http 下也能用（那里没有浏览器自带的加密接口）。mcSha256(文字) → 64 位十六进制；mcHash(标签, …字段) 见协议 §2。
(() => {
  "use strict";
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  // 常数就是前 64 个质数的立方根、前 8 个质数的平方根的小数部分
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 4294967296);
  for (let n = 2, found = 0; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (prime) {
      if (found < 8) START[found] = fraction(Math.sqrt(n));
      K[found] = fraction(Math.cbrt(n));
      found += 1;
    }
  }
  const utf8 = new TextEncoder();
  const W = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  const block = (bytes, at, H) => {
    for (let i = 0; i < 16; i += 1) {
      const p = at + i * 4;
      W[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const a = W[i - 15];
      const b = W[i - 2];
      W[i] = W[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + W[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i += 1) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    H[0] += a; H[1] += b; H[2] += c; H[3] += d; H[4] += e; H[5] += f; H[6] += g; H[7] += h;
  };

  const digest = (bytes) => {
    const size = bytes.length;
    const padded = new Uint8Array((((size + 8) >> 6) + 1) << 6);
    padded.set(bytes);
    padded[size] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(size / 536870912));
    view.setUint32(padded.length - 4, (size << 3) >>> 0);
    const H = START.slice();
    for (let at = 0; at < padded.length; at += 64) block(padded, at, H);
    return H;
  };
  const hex = (words) => Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");

  window.mcSha256 = (text) => hex(digest(utf8.encode(text)));
  window.mcHash = (tag, ...fields) => window.mcSha256(["MC1", tag, ...fields].join("|"));
})();
