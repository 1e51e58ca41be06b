/* 测试用：在一个 Node 进程里跑完标准输入给的全部任务，输出结果列表。 */
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const root = path.join(__dirname, '..', '..');
const page = fs.readFileSync(path.join(root, 'static', 'verify', 'verifier.html'), 'utf8');
vm.runInThisContext(page.slice(page.indexOf('<script>') + 8, page.lastIndexOf('</script>')));
const { MC1, mc1Verify, mc1VerifyAsync } = globalThis;
const cases = path.join(root, 'tests', 'golden', 'vectors');
const texts = new Map();

function base(name) {
  if (!texts.has(name)) texts.set(name, fs.readFileSync(path.join(cases, name + '.json'), 'utf8'));
  return JSON.parse(texts.get(name));
}

function patched(document, patch) {
  for (const { op, path: pointer, value } of patch) {
    const keys = pointer.split('/').slice(1);
    const last = keys.pop();
    const parent = keys.reduce((node, key) => node[key], document);
    if (!Array.isArray(parent)) {
      if (op === 'remove') delete parent[last]; else parent[last] = value;
    } else if (op === 'replace') parent[Number(last)] = value;
    else if (op === 'remove') parent.splice(Number(last), 1);
    else parent.splice(Number(last), 0, value);
  }
  return document;
}

function rechained(transcript) {
  let head = MC1.hash(transcript.v, MC1.tagged('start', transcript.draw_id));
  for (const event of transcript.events) head = MC1.hash(transcript.v, MC1.tagged('event', head, MC1.canon(event)));
  transcript.head = head;
}

function caseOf(job) {
  const document = patched(base(job.base), job.patch || []);
  if (job.rechain) rechained(document.transcript);
  if (job.without) job.without.forEach((key) => { document[key] = null; });
  if (job.keepEvents) {
    document.transcript.events.length = job.keepEvents;
    rechained(document.transcript);
  }
  return document;
}

function problemOf(job) {
  const table = (list) => job.places.map((_, j) => (list.includes(j) ? 1 : 0));
  return { cand: job.candidates, want: job.want, places: job.places, skilled: job.skilled.map((list) => list && table(list)) };
}

const work = {
  verify(job) {
    const document = caseOf(job);
    const given = job.asText ? JSON.stringify(document.transcript) : document.transcript;
    return mc1Verify(given, document);
  },
  async verifyAsync(job) {
    const document = caseOf(job);
    const seen = [];
    const result = await mc1VerifyAsync(document.transcript, document, (p) => seen.push(`${p.step} ${p.status}`));
    return { result, seen };
  },
  hash: (job) => MC1.hash(job.version, MC1.tagged(...job.fields)),
  canon: (job) => MC1.canon(job.value),
  canonOfText(job) {
    try {
      return MC1.canon(JSON.parse(job.text));
    } catch (error) {
      return null;
    }
  },
  merkle: (job) => MC1.merkle(job.version, job.texts),
  quota: (job) => MC1.quota(job.stratum, job.base, job.pool),
  assign: (job) => MC1.assign(problemOf(job), true),
  certificate: (job) => MC1.certificateHolds(problemOf(job), job.r, job.v),
};

(async () => {
  const results = [];
  for (const job of JSON.parse(fs.readFileSync(0, 'utf8'))) results.push(await work[job.op](job));
  process.stdout.write(JSON.stringify(results));
})();
