// SPDX-License-Identifier: MIT
// A decoder of JDAT's token profile in plain JavaScript, as
// core/jellie/PROTOCOL.md says: it shares nothing with the product but the
// numbers of the table.
'use strict';
const { derive, deriveSingle, interpolate, fine, smooth, FIRSTS, ORDER, UNIT } = require('./taps.js');

class Refused extends Error {}
const must = (truth, why) => { if (!truth) throw new Refused(why); };
const RATES = [44100, 48000, 96000, 192000], UNITS = [64, 64, 128, 256];
const DIGITS = '!#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~';
const ESCAPE = 20, VERBATIM = 63, REFINED = 62;
const tables = [];
const derived = [new Map(), new Map()];

// Finds the numbers of both tables in the source that lists them.
function useTables(source) {
  for (const found of source.matchAll(/jellie_table\w*\[JELLIE_ROWS\] = \{(.*?)\};/gs)) {
    const numbers = found[1].match(/-?\d+/g).map(Number);
    tables.push(Array.from({ length: 512 }, (_, i) => numbers.slice(33 * i, 33 * i + 33)));
  }
}

function rowOf(high, index) {
  if (!derived[high].has(index)) derived[high].set(index, derive(tables[high][index]));
  return derived[high].get(index);
}

class Bits {
  constructor(text) {
    this.bits = [];
    this.next = 0;
    const digits = [...text].map(character => DIGITS.indexOf(character));
    must(!digits.includes(-1), 'a foreign character');
    for (let i = 0; i < digits.length; i += 2) {
      const pair = i + 1 < digits.length;
      const value = pair ? 92 * digits[i] + digits[i + 1] : digits[i], size = pair ? 13 : 6;
      must(value < 2 ** size, 'a value too large');
      for (let bit = size - 1; bit >= 0; --bit) this.bits.push(value >> bit & 1);
    }
    this.fill = digits.length % 2 ? 5 : 6;
  }
  take(count) {
    must(this.next + count <= this.bits.length, 'bits are missing');
    let value = 0;
    for (; count > 0; --count) value = 2 * value + this.bits[this.next++];
    return value;
  }
  zeros() {
    let count = 0;
    for (; this.take(1) === 0; ++count) must(count < ESCAPE, 'too many zeros');
    return count;
  }
  small() {
    const zigzag = this.zeros();
    return zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
  }
  signed(depth) {
    const value = this.take(depth);
    return value < 2 ** (depth - 1) ? value : value - 2 ** depth;
  }
  end() {
    const rest = this.bits.slice(this.next);
    must(rest.length <= this.fill && !rest.includes(1), 'characters after the end');
  }
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Reads a value whose prediction is a sum of products.
function residual(bits, sum, rice, flat, depth, note) {
  const top = 2 ** (depth - 1);
  let zeros = bits.zeros();
  note(zeros === ESCAPE ? 'escape' : flat ? 'flat' : 'steep');
  if (zeros === ESCAPE) return bits.signed(depth);
  if (flat) zeros = zeros ? zeros + 1 : bits.take(1);
  const prediction = clamp(Math.floor((sum + UNIT / 2) / UNIT), -top, top - 1);
  const zigzag = zeros * 2 ** rice + bits.take(rice);
  const value = prediction + (zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2);
  must(value >= -top && value < top, 'a value out of range');
  return value;
}

// Half the code is the Rice parameter, the rest tells the code of quotients.
function readCode(code, depth) {
  if (code === VERBATIM) return { verbatim: true, rice: depth };
  must(code >> 1 <= depth, 'no such code');
  return { rice: code >> 1, flat: code % 2 === 1 };
}

// Steps away from a row.
function refine(bits, entries) {
  const order = bits.take(4) + 1;
  const rising = deriveSingle(entries.map((entry, i) => {
    const steps = i < order ? bits.small() : 0, moved = entry + 4096 * steps;
    must(steps < 10 && Math.abs(moved) < 32768, 'steps lead too far');
    return moved;
  }));
  must(rising, 'taps are too large');
  return rising;
}

function readSingle(bits, head, values, note) {
  const { depth, frames, high } = head, first = bits.take(6), refined = first === REFINED;
  const { verbatim, rice, flat } = readCode(refined ? bits.take(6) : first, depth);
  note(verbatim ? 'verbatim' : refined ? 'refined' : 'one lane');
  if (verbatim) {
    must(!refined, 'refined verbatim');
    for (let i = 0; i < frames; ++i) values[i] = bits.signed(depth);
    return;
  }
  const row = rowOf(high, bits.take(9)), rising = refined ? refine(bits, row.entries) : row.rising;
  for (let i = 0; i < frames; ++i) {
    const order = Math.min(i, ORDER), sum = rising[order].reduce((total, tap, t) => total + tap * values[i - 1 - t], 0);
    values[i] = residual(bits, sum, clamp(rice + row.widths[order], 0, depth), flat, depth, note);
  }
}

// Where in its lane of `count` a value stands, among the places that have taps of their own.
function placeOf(lane, i, count) {
  if (count === 8) return lane.places[1][i];
  return lane.places[0][i < 8 ? i : count - i <= 8 ? 16 - (count - i) : 8];
}

function readLane(bits, string, head, values, state, note) {
  const { depth, frames, high } = head, count = frames / 4;
  let rice;
  if (string === 0) {
    const code = readCode(bits.take(6), depth);
    rice = code.verbatim ? null : code.rice;
    Object.assign(state, { flat: code.flat, base: Math.min(code.rice, depth), row: rowOf(high, bits.take(9)) });
  } else {
    const steps = bits.small();
    rice = steps === 10 ? null : clamp(state.base + state.row.lanes[string].rice, 0, depth) + steps;
    must(rice === null || (rice >= 0 && rice <= depth), 'no such Rice parameter');
  }
  note(rice === null ? 'lane verbatim' : 'lane');
  const lane = state.row.lanes[string];
  for (let i = 0; i < count; ++i) {
    const at = 4 * i + FIRSTS[string], place = placeOf(lane, i, count);
    const sum = place.taps.reduce((total, tap, t) => total + tap * values[at + place.offsets[t]], 0);
    values[at] = rice === null ? bits.signed(depth) : residual(bits, sum, clamp(rice + place.width, 0, depth), state.flat, depth, note);
  }
}

// Undoes lifting, of the coarse level first.
function unlift(values, frames, division) {
  for (const step of [2, 1]) {
    const count = frames / 2 / step;
    if (division > step) continue;
    const rounded = (at, stencil, bits) => Math.floor((interpolate(values, at, 2 * step, stencil) + 2 ** (bits - 1)) / 2 ** bits);
    for (let i = 0; i < count; ++i) values[2 * step * i] -= rounded(2 * step * i + step, smooth(i, count), 12);
    for (let i = 0; i < count; ++i) values[2 * step * i + step] += rounded(2 * step * i, fine(i, count), 11);
  }
}

function readHead(text, strings) {
  must(text.length === 8, 'no head');
  const bits = new Bits(text), [version, stream, rate, deep, size, mode, shift, seq] = [4, 7, 2, 1, 4, 4, 4, 26].map(count => bits.take(count));
  must(version === 1 && size < 4 && (mode === 0 || mode === 2) && shift <= 8, 'another version or format');
  must(mode === 0 ? strings === 1 : [1, 2, 4].includes(strings), 'another number of strings');
  const lanes = mode === 0 ? 1 : 4, depthOfSamples = deep ? 24 : 16;
  return {
    stream, rate: RATES[rate], bits: depthOfSamples, frames: UNITS[rate] / 2 * 2 ** size, shift, seq, lanes,
    division: lanes / strings, high: rate > 1 ? 1 : 0, depth: depthOfSamples - shift + (lanes === 4 ? 3 : 0),
  };
}

// Decodes a packet; `note` is told what occurs in it. Throws Refused.
function decode(text, note = () => {}) {
  let packet;
  try {
    packet = JSON.parse(text);
  } catch (error) {
    throw new Refused(error.message);
  }
  must(packet && Array.isArray(packet.J) && packet.J.every(string => typeof string === 'string'), 'no packet');
  const first = packet.J[0] || '', strings = [first.slice(8), ...packet.J.slice(1)];
  const head = readHead(first.slice(0, 8), packet.J.length), state = {};
  const values = new Array(head.frames).fill(0);
  if (!strings[0]) note('silent packet');
  strings.forEach((string, number) => {
    if (string === '') return note('silent lane');
    must(strings[0] !== '', 'no first string');
    const bits = new Bits(string);
    if (head.lanes === 1) readSingle(bits, head, values, note);
    else readLane(bits, number, head, values, state, note);
    bits.end();
  });
  if (head.lanes === 4) unlift(values, head.frames, head.division);
  const top = 2 ** (head.bits - head.shift - 1);
  const samples = values.filter((_, i) => i % head.division === 0).map(value => {
    must(head.division > 1 || (value >= -top && value < top), 'a sample out of range');
    return clamp(value, -top, top - 1) * 2 ** head.shift;
  });
  return { ...head, samples };
}

module.exports = { decode, useTables, Refused };
