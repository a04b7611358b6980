// SPDX-License-Identifier: MIT
// What a decoder derives from the table of JDAT, in plain JavaScript, as
// core/jellie/PROTOCOL.md says.
'use strict';

const ORDER = 16, TAPS = 16, UNIT = 65536;
const FIRSTS = [0, 2, 1, 3]; // Position of each string's first value; also the string of each lane

// Interpolations of lifting: index of the first source less that of the result, and weights; for the first results,
// those in the middle, and (as the first ones, backward) the last.
const WIDE = [-5, 49, -245, 1225, 1225, -245, 49, -5];
const FINE = [[0, [874, 1423, -317, 86, -22, 4]], [-1, [-167, 1178, 1247, -267, 69, -12]], [-2, [46, -250, 1228, 1228, -250, 46]]];
const SMOOTH = [[-1, [1092, 1207, -250, 50]], [-2, [-147, 1239, 1224, -267]], [-2, [-265, 1217, 1217, -265]]];
const NONE = [0, []];

// Of difference i of count, from smoothed values; of smoothed value i, from differences.
function fine(i, count) {
  const right = count - 2 - i;
  if (right < 0) return NONE;
  return i < 3 ? FINE[i] : right < 3 ? [-4 + right, [...FINE[right][1]].reverse()] : [-3, WIDE];
}
function smooth(i, count) {
  const left = i - 1, right = count - 2 - i;
  if (left < 0 || right < 0) return NONE;
  return left < 3 ? SMOOTH[left] : right < 3 ? [[-3, -2, -2][right], [...SMOOTH[right][1]].reverse()] : [-4, WIDE];
}
function interpolate(values, at, step, [first, weights]) {
  return weights.reduce((sum, weight, t) => sum + weight * values[at + step * (first + t)], 0);
}

const round = tap => Math.floor(tap * UNIT + 0.5);

// The predictor of order m from that of order m - 1; taps[i - 1] belongs to the sample i before.
function raise(taps, reflection) {
  const m = taps.length;
  return [...taps.map((tap, i) => tap - reflection * taps[m - 1 - i]), reflection];
}

// Both levels of lifting, without rounding.
function lift(values, frames) {
  for (const step of [1, 2]) {
    const count = frames / 2 / step;
    for (let i = 0; i < count; ++i) values[2 * step * i + step] += -1 / 2048 * interpolate(values, 2 * step * i, 2 * step, fine(i, count));
    for (let i = 0; i < count; ++i) values[2 * step * i] += 1 / 4096 * interpolate(values, 2 * step * i + step, 2 * step, smooth(i, count));
  }
  return values;
}

// Positions that the value at `at` is predicted from, in the order of its taps.
function known(at, frames) {
  const list = [], order = FIRSTS[at % 4], own = at % 4 ? 4 : 8;
  for (let i = 1; i <= own && 4 * i <= at; ++i) list.push(at - 4 * i);
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

const reflect = q => 2 * (q / 32768) / (1 + q / 32768 * (q / 32768));

// The predictors of one lane, by order; nothing if taps are too large.
function deriveSingle(entries) {
  const rising = [[]];
  for (const q of entries) rising.push(raise(rising[rising.length - 1], reflect(q)));
  const large = rising.some(taps => taps.reduce((sum, tap) => sum + Math.abs(tap), 0) * UNIT + 16 >= 2 ** 28);
  return large ? null : rising.map(taps => taps.map(round));
}

// Everything of one row: 16 entries, 17 widths.
function derive(numbers) {
  const entries = numbers.slice(0, ORDER), correlations = [1];
  let taps = [], error = 1;
  for (let m = 1; m < 64; ++m) {
    let sum = 0;
    for (let i = 1; i <= taps.length; ++i) sum += taps[i - 1] * correlations[m - i];
    if (m <= ORDER) {
      const r = reflect(entries[m - 1]);
      sum += r * error;
      error *= 1 - r * r;
      taps = raise(taps, r);
    }
    correlations.push(sum);
  }
  return { entries, rising: deriveSingle(entries), widths: numbers.slice(ORDER), lanes: deriveLanes(correlations) };
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

module.exports = { derive, deriveSingle, interpolate, fine, smooth, FIRSTS, ORDER, UNIT };
