/**
 * Whether any point of one cloud is within reach of any point of another, exactly and without
 * looking at all pairs. Knows neither cells nor groups.
 *
 * Squared distances are `dx*dx + dy*dy + dz*dz` in binary64. Rounding never reverses an order, so
 * a bound taken from two boxes by the same steps never contradicts the test of two points.
 * @module
 */

/** Pairs that are cheaper to try than to split once more. Source: cluster bench, 6. */
const TRY_ALL_PAIRS = 1024;

/** Points as x, y, z triples, with their tight box; splits itself when first asked. */
export class Cloud {
  readonly box: Boxes;
  #halves: readonly [Cloud, Cloud] | undefined;

  /** @param xyz Taken over: splitting reorders it. At least one triple. */
  constructor(readonly xyz: Float64Array) {
    this.box = boxOf(xyz);
  }

  /** The points on either side of the middle of the longest edge; never empty. */
  get halves(): readonly [Cloud, Cloud] {
    return this.#halves ??= split(this);
  }
}

/**
 * Whether some point of `a` and some point of `b` are at most the reach apart.
 *
 * @param reachSquared Square of the largest distance that counts, inclusive.
 */
export function anyWithin(a: Cloud, b: Cloud, reachSquared: number): boolean {
  if (leastSquared(a.box, 0, b.box, 0) > reachSquared) return false;
  if (mostSquared(a.box, 0, b.box, 0) <= reachSquared) return true;
  if (a.xyz.length * b.xyz.length <= 9 * TRY_ALL_PAIRS) return somePair(a.xyz, b.xyz, reachSquared);
  const [whole, splitting] = longestEdge(a.box) > longestEdge(b.box) ? [b, a] : [a, b];
  return splitting.halves.some((half) => anyWithin(whole, half, reachSquared));
}

function somePair(a: Float64Array, b: Float64Array, reachSquared: number): boolean {
  for (let i = 0; i < a.length; i += 3) {
    const x = a[i]!, y = a[i + 1]!, z = a[i + 2]!;
    for (let j = 0; j < b.length; j += 3) {
      const dx = b[j]! - x, dy = b[j + 1]! - y, dz = b[j + 2]! - z;
      if (dx * dx + dy * dy + dz * dz <= reachSquared) return true;
    }
  }
  return false;
}

/** Six numbers for every cloud of points: smallest x, y, z, then largest x, y, z. */
export type Boxes = Float64Array;

/**
 * Squared distance of two boxes, zero where they overlap; no two points of theirs are closer.
 *
 * @param i Where the box starts in `a`, as `j` in `b`.
 */
export function leastSquared(a: Boxes, i: number, b: Boxes, j: number): number {
  const dx = Math.max(0, b[j]! - a[i + 3]!, a[i]! - b[j + 3]!);
  const dy = Math.max(0, b[j + 1]! - a[i + 4]!, a[i + 1]! - b[j + 4]!);
  const dz = Math.max(0, b[j + 2]! - a[i + 5]!, a[i + 2]! - b[j + 5]!);
  return dx * dx + dy * dy + dz * dz;
}

/** Squared distance of the farthest corners of two boxes; no two points of theirs are farther. */
export function mostSquared(a: Boxes, i: number, b: Boxes, j: number): number {
  const dx = Math.max(b[j + 3]! - a[i]!, a[i + 3]! - b[j]!);
  const dy = Math.max(b[j + 4]! - a[i + 1]!, a[i + 4]! - b[j + 1]!);
  const dz = Math.max(b[j + 5]! - a[i + 2]!, a[i + 5]! - b[j + 2]!);
  return dx * dx + dy * dy + dz * dz;
}

/** Boxes of clouds that have no points yet; {@link growBox} makes them fit. */
export function emptyBoxes(count: number): Boxes {
  const boxes = new Float64Array(6 * count);
  for (let i = 0; i < boxes.length; i++) boxes[i] = i % 6 < 3 ? Infinity : -Infinity;
  return boxes;
}

/** Makes the box that starts at `i` in `boxes` hold the point x, y, z. */
export function growBox(boxes: Boxes, i: number, x: number, y: number, z: number): void {
  if (x < boxes[i]!) boxes[i] = x;
  if (y < boxes[i + 1]!) boxes[i + 1] = y;
  if (z < boxes[i + 2]!) boxes[i + 2] = z;
  if (x > boxes[i + 3]!) boxes[i + 3] = x;
  if (y > boxes[i + 4]!) boxes[i + 4] = y;
  if (z > boxes[i + 5]!) boxes[i + 5] = z;
}

function boxOf(xyz: Float64Array): Boxes {
  const box = emptyBoxes(1);
  for (let i = 0; i < xyz.length; i += 3) growBox(box, 0, xyz[i]!, xyz[i + 1]!, xyz[i + 2]!);
  return box;
}

function longestAxis(box: Boxes): number {
  const [x, y, z] = [box[3]! - box[0]!, box[4]! - box[1]!, box[5]! - box[2]!];
  return x >= y && x >= z ? 0 : y >= z ? 1 : 2;
}

function longestEdge(box: Boxes): number {
  const axis = longestAxis(box);
  return box[axis + 3]! - box[axis]!;
}

/** Parts the points in place at the middle of the longest edge, which must not be zero. */
function split({ xyz, box }: Cloud): readonly [Cloud, Cloud] {
  const axis = longestAxis(box);
  const [low, high] = [box[axis]!, box[axis + 3]!];
  const middle = low + (high - low) / 2;
  // Between two neighbouring numbers there is no middle; the upper one still parts them.
  const cut = middle > low ? middle : high;
  let end = 0;
  for (let i = 0; i < xyz.length; i += 3) {
    if (xyz[i + axis]! >= cut) continue;
    for (let k = 0; k < 3; k++) {
      const moved = xyz[end + k]!;
      xyz[end + k] = xyz[i + k]!;
      xyz[i + k] = moved;
    }
    end += 3;
  }
  return [new Cloud(xyz.subarray(0, end)), new Cloud(xyz.subarray(end))];
}
