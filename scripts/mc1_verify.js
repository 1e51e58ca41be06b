#!/usr/bin/env node
/*
 * 抽取记录核验（命令行）：取出 static/verify/verifier.html 里的程序，在 Node 里运行。
 * 用法、退出码、--json 见《抽取协议》§14：0 全部通过，1 有一步不通过，2 文件读不出或用法不对，3 版本不支持。
 */
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const USAGE = '用法：mc1_verify transcript.json [--openings 文件] [--anchor 序号:链头]… [--prev 文件] [--json]';
const WORDS = { pass: '通过', fail: '不通过', na: '不适用', skipped: '未检查' };
const PAGE = path.join(__dirname, '..', 'static', 'verify', 'verifier.html');

function stop(message) {
  process.stderr.write(message + '\n');
  process.exit(2);
}

function loadVerifier() {
  const page = fs.readFileSync(PAGE, 'utf8');
  const script = page.slice(page.indexOf('<script>') + 8, page.lastIndexOf('</script>'));
  vm.runInThisContext(script, { filename: PAGE });
}

function readJson(file) {
  let bytes;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    stop(`读不出文件 ${file}：${error.message}。请检查路径。`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return stop(`${file} 不是 UTF-8 编码的 JSON 文件：${error.message}。请重新下载。`);
  }
}

function parseAnchor(text) {
  const match = /^(0|[1-9][0-9]{0,5}):([0-9a-f]{64})$/.exec(text);
  if (!match) stop(`--anchor 应写成 序号:64 位链头，收到“${text}”。`);
  return { seq: Number(match[1]), head: match[2] };
}

function parseArguments(words) {
  const args = { file: null, openings: null, prev: null, anchors: [], json: false };
  for (let k = 0; k < words.length; k++) {
    let word = words[k];
    let value = null;
    const equals = /^(--[a-z]+)=([\s\S]*)$/.exec(word);
    if (equals) { word = equals[1]; value = equals[2]; }
    const take = () => {
      if (value === null) value = words[++k];
      return value === undefined ? stop(`${word} 后面缺少内容。\n${USAGE}`) : value;
    };
    if (word === '--json' && value === null) args.json = true;
    else if (word === '--openings') args.openings = take();
    else if (word === '--prev') args.prev = take();
    else if (word === '--anchor') args.anchors.push(parseAnchor(take()));
    else if (word === '--help' || word === '-h') { process.stdout.write(USAGE + '\n'); process.exit(0); }
    else if (word.startsWith('-') || args.file !== null) stop(`不认识的参数“${words[k]}”。\n${USAGE}`);
    else args.file = word;
  }
  return args.file === null ? stop(USAGE) : args;
}

function print(result, json) {
  if (json) return process.stdout.write(JSON.stringify(result) + '\n');
  const lines = globalThis.MC1.STEPS.map(([id, sentence]) => `${id} ${WORDS[result.steps[id]]} ${sentence}`);
  return process.stdout.write(lines.join('\n') + '\n');
}

function isUnknownVersion(transcript) {
  const version = transcript !== null && typeof transcript === 'object' ? transcript.v : null;
  return typeof version === 'string' && /^MC[0-9]+(-[A-Z0-9]+)?$/.test(version) && !globalThis.MC1.VERSIONS.includes(version);
}

function main() {
  const args = parseArguments(process.argv.slice(2));
  loadVerifier();
  const transcript = readJson(args.file);
  const result = globalThis.mc1Verify(transcript, {
    openings: args.openings === null ? null : readJson(args.openings),
    anchors: args.anchors,
    prev: args.prev === null ? null : readJson(args.prev),
  });
  print(result, args.json);
  if (isUnknownVersion(transcript)) {
    process.stderr.write(`不支持版本 ${transcript.v}：请用新的核验程序。\n`);
    process.exitCode = 3;
  } else {
    process.exitCode = result.ok ? 0 : 1;
  }
}

main();
