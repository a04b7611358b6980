// SPDX-License-Identifier: MIT
// What a decoder derives from the table of JDAT, in plain JavaScript; written
// after core/jellie/PROTOCOL.md alone.
'use strict';

const ORDER = 16, TAPS = 16, OWN = 8, UNIT = 65536;
const FIRSTS = [0, 2, 1, 3]; // Position of each string's first value; also the string of each lane
const STENCILS = [[], [1024], [1152, -128], [1200, -200, 24], [1225, -245, 49, -5]];

// How many taps each side of difference i of count has, and of smooth value i.
const reachFine = (i, count) => Math.min(i + 1, count - 1 - i, 4);
const reachSmooth = (i, count) => Math.min(i, count - 1 - i, 4);

const round = tap => Math.floor(tap * UNIT + 0.5);

// The predictor of order m from that of order m - 1; taps[i - 1] belongs to the sample i before.
function raise(taps, reflection) {
  const m = taps.length;
  return [...taps.map((tap, i) => tap - reflection * taps[m - 1 - i]), reflection];
}

// One step of lifting, on values that `at` reads and `add` changes.
function lift(values, frames) {
  for (const step of [1, 2]) {
    const count = frames / 2 / step;
    const change = (at, from, reach, factor) => {
      let sum = 0;
      for (let t = 0; t < reach; ++t) sum += STENCILS[reach][t] * (values[from + 2 * step * t] + values[from - 2 * step * (t + 1)]);
      values[at] += factor * sum;
    };
    for (let i = 0; i < count; ++i) change(2 * step * i + step, 2 * step * (i + 1), reachFine(i, count), -1 / 2048);
    for (let i = 0; i < count; ++i) change(2 * step * i, 2 * step * i + step, reachSmooth(i, count), 1 / 4096);
  }
  return values;
}

// Positions that the value at `at` is predicted from, in the order of its taps.
function known(at, frames) {
  const list = [], order = FIRSTS[at % 4];
  for (let i = 1; i <= OWN && 4 * i <= at; ++i) list.push(at - 4 * i);
  for (let d = 1; d < frames && list.length < TAPS; ++d) {
    if (at - d >= 0 && FIRSTS[(at - d) % 4] < order) list.push(at - d);
    if (at + d < frames && FIRSTS[(at + d) % 4] < order && list.length < TAPS) list.push(at + d);
  }
  return list;
}

// Weights of the best linear prediction, and the variance that it leaves.
function solve(matrix, at, from) {
  const lower = [], pivots = [], taps = [];
  let left = matrix[at][at];
  from.forEach((position, i) => {
    const row = [];
    let pivot = matrix[position][position], right = matrix[at][position];
    for (let j = 0; j < i; ++j) {
      let sum = matrix[position][from[j]];
      for (let k = 0; k < j; ++k) sum -= row[k] * lower[j][k];
      row.push(sum);
    }
    for (let j = 0; j < i; ++j) {
      const scaled = row[j] / pivots[j];
      pivot -= row[j] * scaled;
      right -= row[j] * taps[j];
      row[j] = scaled;
    }
    lower.push(row);
    pivots.push(pivot);
    taps.push(right / pivot);
    left -= right * taps[i];
  });
  for (let i = from.length - 1; i >= 0; --i) for (let j = 0; j < i; ++j) taps[j] -= lower[i][j] * taps[i];
  return { taps, left };
}

// Half the logarithm of base 2 of a ratio, rounded.
function width(variance, than) {
  let bits = 0;
  for (; variance > 2 * than && bits < 24; ++bits) variance /= 4;
  for (; variance * 2 < than && bits > -24; --bits) variance *= 4;
  return bits;
}

// Everything of one row: reflections as integers, then widths.
function derive(numbers) {
  const reflections = numbers.slice(0, ORDER).map(q => q / 32768).map(u => 2 * u / (1 + u * u));
  const rising = [], correlations = [1];
  let taps = [], error = 1;
  for (let m = 1; m < 64; ++m) {
    let sum = 0;
    for (let i = 1; i <= taps.length; ++i) sum += taps[i - 1] * correlations[m - i];
    if (m <= ORDER) {
      const r = reflections[m - 1];
      sum += r * error;
      error *= 1 - r * r;
      rising.push(taps.map(round));
      taps = raise(taps, r);
    }
    correlations.push(sum);
  }
  rising.push(taps.map(round));
  return { rising, widths: numbers.slice(ORDER), lanes: deriveLanes(correlations) };
}

// The lanes of blocks of 64 samples, and of 32 (index 1).
function deriveLanes(correlations) {
  const lanes = FIRSTS.map(() => ({ places: [[], []] }));
  [64, 32].forEach((frames, size) => {
    let matrix = [];
    for (let i = 0; i < frames; ++i) {
      const row = [];
      for (let j = 0; j < frames; ++j) row.push(correlations[Math.abs(i - j)] + (i === j ? 2 ** -36 : 0));
      matrix.push(lift(row, frames));
    }
    // Its columns now
    const columns = matrix.map((_, j) => lift(matrix.map(row => row[j]), frames));
    matrix = matrix.map((_, i) => columns.map(column => column[i]));
    lanes.forEach((lane, string) => {
      for (let i = 0; i < frames / 4; ++i) {
        const at = 4 * i + FIRSTS[string], from = known(at, frames), { taps, left } = solve(matrix, at, from);
        lane.places[size].push({ offsets: from.map(position => position - at), taps: taps.map(round), left });
      }
    });
  });
  for (const lane of lanes) {
    const middle = lane.places[0][8].left;
    lane.rice = width(middle, lanes[0].places[0][8].left);
    for (const place of lane.places.flat()) place.width = width(place.left, middle);
  }
  return lanes;
}

module.exports = { derive, STENCILS, reachFine, reachSmooth, FIRSTS, ORDER, UNIT };
