// The engine of ODK Web Forms, under node with jsdom for the DOM that it expects. Prints lines of JSON.
// Usage: node web.mjs FORMS   (from the folder that holds node_modules)
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/');
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<!DOCTYPE html><html><body></body></html>', { url: 'http://localhost/' });
const globals = ['document', 'DOMParser', 'XMLSerializer', 'Node', 'Element', 'Attr', 'Document', 'XMLDocument', 'XPathResult', 'XPathEvaluator', 'NodeFilter', 'Text', 'Comment', 'CDATASection', 'ProcessingInstruction', 'DocumentFragment', 'HTMLElement', 'localStorage'];
globalThis.window = window;
for (const name of globals) if (window[name] !== undefined && globalThis[name] === undefined) globalThis[name] = window[name];
const dist = path.join(process.cwd(), 'node_modules/@getodk/xforms-engine/dist');
Object.assign(globalThis, { __dirname: dist, __filename: path.join(dist, 'index.js'), require });
const engine = await import(path.join(dist, 'index.js'));

const folder = process.argv[2];
const LONGEST = 60_000;
const noFiles = async () => { throw new Error('no files'); };
const config = { form: { fetchFormAttachment: noFiles, missingResourceBehavior: 'BLANK' }, instance: {} };

function print(form, what, samples, note) {
  const sorted = [...samples].sort((a, b) => a - b);
  const [median, low, high] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)];
  console.log(JSON.stringify({ engine: 'xforms-engine', form, what, unit: 'ms', median, low, high, n: samples.length, ...note }));
}

function repeated(calls, work) {
  const begun = performance.now();
  const samples = [];
  for (let call = 0; call < calls; call += 1) {
    const start = performance.now();
    work(call);
    samples.push(performance.now() - start);
    if (performance.now() - begun > LONGEST) break;
  }
  // The first third warms up, unless it was all that there was time for.
  return samples.length > 3 ? samples.slice(Math.floor(samples.length / 3)) : samples;
}

async function load(name, times) {
  const xml = fs.readFileSync(path.join(folder, `${name}.xml`), 'utf8');
  const begun = performance.now();
  const samples = [];
  let root;
  for (let time = 0; time < times; time += 1) {
    const start = performance.now();
    root = (await engine.createInstance(xml, config)).root;
    samples.push(performance.now() - start);
    if (performance.now() - begun > LONGEST) break;
  }
  const warm = samples.length > 2 ? samples.slice(1) : samples;
  return [root, warm];
}

function nodes(root) {
  const found = new Map();
  const walk = node => { found.set(node.currentState.reference, node); for (const child of node.currentState.children ?? []) walk(child); };
  walk(root);
  return found;
}

const value = node => node.currentState.instanceValue;
const named = (found, name) => found.get([...found.keys()].find(reference => reference.endsWith(`/${name}`)));

async function mixed(questions) {
  const name = `mixed${questions}`;
  const [root, samples] = await load(name, questions > 1000 ? 2 : 6);
  print(name, 'load from XForm XML', samples);
  const found = nodes(root);
  const blocks = questions / 10;
  const of = (block, what) => named(found, `b${block}_${what}`);
  const last = of(blocks, 'score');
  for (const [what, block] of [['answer in the first block', 1], ['answer in the middle block', Math.max(1, blocks >> 1)]]) {
    const age = of(block, 'age');
    print(name, what, repeated(24, call => { age.setValue(20 + call % 50); value(last); }));
  }
  const [gate, gated, region, district] = ['yn', 'why', 'region', 'district'].map(what => of(blocks, what));
  print(name, 'choice that gates a question', repeated(24, call => { gate.selectValue(['yes', 'no'][call % 2]); value(last); gated.currentState.relevant; }));
  print(name, 'cascading choice, 12 of 96', repeated(24, call => { region.selectValue(`r${1 + call % 8}`); district.currentState.valueOptions.length; }));
  gate.selectValue('yes');
  print(name, 'text without dependents', repeated(24, call => { gated.setValue(`abc ${call}`); value(gated); }));
}

async function chain(length) {
  const name = `chain${length}`;
  const [root, samples] = await load(name, 5);
  print(name, 'load from XForm XML', samples);
  const found = nodes(root);
  const [head, last] = [named(found, 'q0'), named(found, `c${length}`)];
  print(name, 'change the head', repeated(15, call => { head.setValue(call + 1); value(last); }));
}

async function fanout(width) {
  const name = `fanout${width}`;
  const [root, samples] = await load(name, 5);
  print(name, 'load from XForm XML', samples);
  const found = nodes(root);
  const gate = named(found, 'gate');
  const hanging = [...found.values()].filter(node => /\/t\d+$/.test(node.currentState.reference));
  print(name, 'toggle the gate', repeated(15, call => { gate.selectValue(['yes', 'no'][call % 2]); hanging.filter(node => node.currentState.relevant).length; }));
}

async function rows(count) {
  const name = `repeat${count}`;
  const [root, samples] = await load('repeat_sum', 5);
  if (count === 100) print('repeat_sum', 'load from XForm XML', samples);
  const all = nodes(root);
  const range = [...all.values()].find(node => node.nodeType.startsWith('repeat-range'));
  const total = named(all, 'total');
  const begun = performance.now();
  const each = [];
  while (range.currentState.children.length < count && performance.now() - begun < LONGEST) {
    const start = performance.now();
    range.addInstances();
    each.push(performance.now() - start);
  }
  value(total);
  const made = range.currentState.children.length;
  if (made < count) return print(name, 'add all rows one by one', [performance.now() - begun], { cut_off_at: made });
  print(name, 'add all rows one by one', [performance.now() - begun]);
  print(name, 'add a row, last ten', each.slice(-10));
  const children = range.currentState.children;
  const cell = (row, what) => children[row].currentState.children.find(node => node.currentState.reference.endsWith(`/${what}`));
  const typing = performance.now();
  let typed = 0;
  for (; typed < count && performance.now() - typing < LONGEST; typed += 1) {
    cell(typed, 'qty').setValue(typed % 9 + 1);
    cell(typed, 'price').setValue(10);
    value(total);
  }
  print(name, 'type two answers in every row', [performance.now() - typing], typed < count ? { cut_off_at: typed } : {});
  for (const [what, row] of [['answer in the first row', 0], ['answer in the last row', count - 1]]) {
    const quantity = cell(row, 'qty');
    print(name, what, repeated(15, call => { quantity.setValue(50 + call); value(total); }));
  }
  const text = cell(count >> 1, 'name');
  print(name, 'text in a row', repeated(15, call => { text.setValue(`x${call}`); value(text); }));
  print(name, 'remove a row', repeated(5, () => { range.removeInstances(5); value(total); }));
}

for (const questions of [60, 300, 1000, 5000]) await mixed(questions);
for (const length of [100, 1000]) await chain(length);
for (const width of [100, 1000]) await fanout(width);
for (const count of [100, 1000, 5000]) await rows(count);
process.exit(0);
