// SPDX-License-Identifier: MIT
// A decoder of JDAT's token profile in plain JavaScript, written after
// core/jellie/PROTOCOL.md alone: it shares nothing with the product but the
// numbers of the table.
'use strict';
const { derive, STENCILS, reachFine, reachSmooth, FIRSTS, ORDER, UNIT } = require('./taps.js');

class Refused extends Error {}
const must = (truth, why) => { if (!truth) throw new Refused(why); };
const RATES = [44100, 48000, 96000, 192000], UNITS = [64, 64, 128, 256];
const DIGITS = '!#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~';
const ESCAPE = 20;
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
function residual(bits, sum, rice, depth, note) {
  const top = 2 ** (depth - 1), zeros = bits.zeros();
  note(zeros === ESCAPE ? 'escape' : 'Rice');
  if (zeros === ESCAPE) return bits.signed(depth);
  const prediction = clamp(Math.floor((sum + UNIT / 2) / UNIT), -top, top - 1);
  const zigzag = zeros * 2 ** rice + bits.take(rice);
  const value = prediction + (zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2);
  must(value >= -top && value < top, 'a value out of range');
  return value;
}

function readSingle(bits, head, values, note) {
  const { depth, frames, high } = head, rice = bits.take(5);
  note(rice === 31 ? 'verbatim' : 'one lane');
  if (rice === 31) {
    for (let i = 0; i < frames; ++i) values[i] = bits.signed(depth);
    return;
  }
  const row = rowOf(high, bits.take(9));
  must(rice <= depth, 'no such Rice parameter');
  for (let i = 0; i < frames; ++i) {
    const order = Math.min(i, ORDER), sum = row.rising[order].reduce((total, tap, t) => total + tap * values[i - 1 - t], 0);
    values[i] = residual(bits, sum, clamp(rice + row.widths[order], 0, depth), depth, note);
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
    rice = bits.take(5);
    state.row = rowOf(high, bits.take(9));
    must(rice <= depth || rice === 31, 'no such Rice parameter');
    state.base = Math.min(rice, depth);
  } else {
    const zeros = bits.zeros(), expected = clamp(state.base + state.row.lanes[string].rice, 0, depth);
    rice = zeros === ESCAPE ? 31 : zeros % 2 ? expected - (zeros + 1) / 2 : expected + zeros / 2;
    must(zeros === ESCAPE || (rice >= 0 && rice <= depth), 'no such Rice parameter');
  }
  note(rice === 31 ? 'lane verbatim' : 'lane');
  const lane = state.row.lanes[string];
  for (let i = 0; i < count; ++i) {
    const at = 4 * i + FIRSTS[string], place = placeOf(lane, i, count);
    const sum = place.taps.reduce((total, tap, t) => total + tap * values[at + place.offsets[t]], 0);
    values[at] = rice === 31 ? bits.signed(depth) : residual(bits, sum, clamp(rice + place.width, 0, depth), depth, note);
  }
}

// Undoes lifting, of the coarse level first.
function unlift(values, frames, division) {
  for (const step of [2, 1]) {
    const count = frames / 2 / step;
    if (division > step) continue;
    const middle = (from, reach, bits) => {
      let sum = 0;
      for (let t = 0; t < reach; ++t) sum += STENCILS[reach][t] * (values[from + 2 * step * t] + values[from - 2 * step * (t + 1)]);
      return Math.floor((sum + 2 ** (bits - 1)) / 2 ** bits);
    };
    for (let i = 0; i < count; ++i) values[2 * step * i] -= middle(2 * step * i + step, reachSmooth(i, count), 12);
    for (let i = 0; i < count; ++i) values[2 * step * i + step] += middle(2 * step * (i + 1), reachFine(i, count), 11);
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
  const [first, ...strings] = packet.J, head = readHead(first || '', strings.length), state = {};
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
