import { DisjointSets } from '../../training/disjoint-sets'
import type { Work } from '../../training/work'
import { neighborsOfEach } from '../../vector-search/all-neighbors'
import type { Neighbor } from '../../vector-search/best'
import { VectorIndex } from '../../vector-search/vector-index'
import { areSamePhoto } from './compare-prints'
import { DESCRIPTOR_LENGTH, descriptorOf, mirrored, type Print, printOf } from './print'

export interface CopyInput {
  /** Hexadecimal digests. */
  sha256: readonly string[]
  /** Fingerprints, uint8 [PRINT_SIDE × PRINT_SIDE] each. */
  prints: readonly Uint8Array[]
  /** For each photo the photos with the most similar embeddings. */
  neighbors: readonly (readonly Neighbor[])[]
}

/** Candidates of a photo by its print: copies are among the nearest. */
const CANDIDATES = 8
/** Measured: 99 of 100 crops that lose a tenth are above the first; those below it are found by their embeddings. */
const MIN_PRINT_SIMILARITY = 0.6
/** Measured: frames keep 0.84, mirrored photos 0.93. Small copies lose more, but their prints are the same. */
const MIN_EMBEDDING_SIMILARITY = 0.75
/** The time that finding candidates by their prints takes, of all, and comparing them. */
const [FINDING, COMPARING] = [0.2, 0.5]

/**
 * Groups photos that are copies of each other: the same file, or the same photo resized, recompressed, cropped, mirrored,
 * brightened, or with a frame. Embeddings and small versions of the prints only say which photos to compare; what
 * decides is whether their edges match, see `areSamePhoto`.
 * Chains are one group: the whole photo and two different parts of it.
 *
 * @returns for each photo the first photo of its group [count]
 */
export function* findCopies(input: CopyInput, onProgress: (done: number) => void = () => {}): Work<Int32Array> {
  const sets = new DisjointSets(input.sha256.length)
  const distinct = joinSameFiles(input.sha256, sets)
  const upright = yield* descriptorsOf(input.prints, distinct, (print) => print)
  const mirroredOnes = yield* descriptorsOf(input.prints, distinct, mirrored)
  const options = { onProgress: (done: number) => onProgress(FINDING * done) }
  const [asTheyAre = [], reversed = []] = yield* neighborsOfEach([upright, mirroredOnes], upright, CANDIDATES, options)
  const comparison = new Comparison(input.prints, sets)
  for (const [at, photo] of distinct.entries()) {
    for (const [neighbors = [], isMirrored] of [[asTheyAre[at], false] as const, [reversed[at], true] as const]) {
      comparison.compareAll(printCandidates(photo, neighbors, distinct, isMirrored))
    }
    onProgress(FINDING + (COMPARING * at) / distinct.length)
    yield
  }
  for (const [at, photo] of distinct.entries()) {
    for (const { row, similarity } of input.neighbors[photo] ?? []) {
      if (similarity < MIN_EMBEDDING_SIMILARITY) continue
      comparison.compareAll([{ photo, other: row, upright: true, mirrored: true, far: true }])
      yield
    }
    onProgress(FINDING + COMPARING + ((1 - FINDING - COMPARING) * at) / distinct.length)
  }
  return sets.firsts()
}

/** Descriptors of photos, as they are or changed. */
function* descriptorsOf(
  prints: readonly Uint8Array[],
  photos: readonly number[],
  change: (print: Uint8Array) => Uint8Array,
): Work<VectorIndex> {
  const index = new VectorIndex(DESCRIPTOR_LENGTH, photos.length)
  for (const photo of photos) {
    index.add(descriptorOf(change(prints[photo] as Uint8Array)))
    yield
  }
  return index
}

/** @returns one photo of each file */
function joinSameFiles(sha256: readonly string[], sets: DisjointSets): number[] {
  const seen = new Map<string, number>()
  for (const [photo, digest] of sha256.entries()) {
    const first = seen.get(digest)
    if (first === undefined) seen.set(digest, photo)
    else sets.join(first, photo)
  }
  return [...seen.values()]
}

/** Two photos that may be copies, and what to find out. */
interface Candidate {
  photo: number
  other: number
  /** Whether to compare it as it is, and mirrored. */
  upright: boolean
  mirrored: boolean
  /** Whether one may have a frame. */
  far: boolean
}

function printCandidates(
  photo: number,
  neighbors: readonly Neighbor[],
  distinct: readonly number[],
  isMirrored: boolean,
): Candidate[] {
  return neighbors
    .filter(({ similarity }) => similarity >= MIN_PRINT_SIMILARITY)
    .map(({ row }) => ({
      photo,
      other: distinct[row] as number,
      upright: !isMirrored,
      mirrored: isMirrored,
      far: false,
    }))
}

/** Compares pairs, each at most once in each way, and joins copies. */
class Comparison {
  /** Pairs that aren't copies, by the way in which they were compared. */
  private readonly different = [new Set<number>(), new Set<number>(), new Set<number>()] as const
  private last: { photo: number; upright: Print; mirrored: Print } | undefined

  constructor(
    private readonly prints: readonly Uint8Array[],
    private readonly sets: DisjointSets,
  ) {}

  compareAll(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      const { photo, other } = candidate
      if (this.sets.first(photo) === this.sets.first(other) || this.isKnown(candidate)) continue
      if (this.areCopies(candidate)) this.sets.join(photo, other)
    }
  }

  private isKnown({ photo, other, far, ...candidate }: Candidate): boolean {
    const pair = Math.min(photo, other) * this.prints.length + Math.max(photo, other)
    const known = this.different[far ? 2 : candidate.mirrored ? 1 : 0]
    if (known.has(pair)) return true
    known.add(pair)
    return false
  }

  private areCopies({ photo, other, far, ...candidate }: Candidate): boolean {
    const own = this.preparedOf(photo)
    const theirs = printOf(this.prints[other] as Uint8Array)
    const matches = (print: Print) => areSamePhoto(print, theirs, far)
    return (candidate.upright && matches(own.upright)) || (candidate.mirrored && matches(own.mirrored))
  }

  private preparedOf(photo: number) {
    if (this.last?.photo !== photo) {
      const print = this.prints[photo] as Uint8Array
      this.last = { photo, upright: printOf(print), mirrored: printOf(mirrored(print)) }
    }
    return this.last
  }
}
