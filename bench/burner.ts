// Uses a share of one core until it is killed, like the sender of photos beside a server, for a fair comparison with
// the engine in process. node --import tsx bench/burner.ts 0.3
const SLICE_MS = 10
const share = Math.min(1, Number(process.argv[2]))

for (;;) {
  const until = performance.now() + share * SLICE_MS
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, (1 - share) * SLICE_MS))
}

export {}
