// SPDX-License-Identifier: MIT
// Decodes the public vectors with jdat.js and compares every number; then sees
// that all of the format occurred, and that spoilt packets are refused.
//
//   node check.js VECTORS.jsonl TABLE_DATA.c
'use strict';
const fs = require('fs');
const jdat = require('./jdat.js');

const [vectorFile, tableFile] = process.argv.slice(2);
jdat.useTables(fs.readFileSync(tableFile, 'utf8'));
const vectors = fs.readFileSync(vectorFile, 'utf8').trim().split('\n').map(line => JSON.parse(line));
const faults = [];
const seen = new Set();

for (const vector of vectors) {
  const name = `${vector.name} ${vector.text.slice(0, 20)}`;
  try {
    const block = jdat.decode(vector.text, word => seen.add(word));
    for (const key of ['stream', 'seq', 'rate', 'bits', 'frames', 'shift', 'lanes', 'division']) {
      if (block[key] !== vector[key]) faults.push(`${name}: ${key} is ${block[key]}, not ${vector[key]}`);
    }
    const at = vector.samples.findIndex((sample, i) => sample !== block.samples[i]);
    if (at >= 0 || vector.samples.length !== block.samples.length) faults.push(`${name}: sample ${at} differs`);
  } catch (error) {
    faults.push(`${name}: ${error.message}`);
  }
}

for (const word of ['silent packet', 'silent lane', 'verbatim', 'refined', 'steep', 'flat', 'escape', 'lane verbatim']) {
  if (!seen.has(word)) faults.push(`no vector has this: ${word}`);
}
for (const key of ['rate', 'bits', 'frames', 'shift', 'lanes', 'division', 'seq', 'stream']) {
  const values = [...new Set(vectors.map(vector => vector[key]))].sort((a, b) => a - b);
  seen.add(`${key}: ${values.length > 9 ? `${values.length} values` : values.join(' ')}`);
}

// A character more, one less, or a foreign one in a string that is not empty
for (const vector of vectors) {
  const strings = JSON.parse(vector.text).J;
  const last = strings.length - 1;
  if (!strings[last]) continue;
  for (const other of [strings[last] + '!!', strings[last].slice(0, -2) + '~~', strings[last].slice(1) + ' ', '~~']) {
    try {
      jdat.decode(JSON.stringify({ J: [...strings.slice(0, last), other] }));
      faults.push(`${vector.name}: ${other} is accepted`);
    } catch (error) {
      if (!(error instanceof jdat.Refused)) throw error;
    }
  }
}

console.log(faults.length ? faults.join('\n') : `${vectors.length} vectors decode exactly; ${[...seen].sort().join(', ')}`);
process.exit(faults.length ? 1 : 0);
