import { CopyLine } from '@/components/ui/copy-line'

const COMMANDS = [
  { what: 'Any image-classification export on the Hugging Face Hub', command: 'npx vision models pull owner/name' },
  { what: 'A model folder that you have', command: 'npx vision models add ./my-model' },
  { what: 'How good it is on your photos', command: 'npx vision eval ./photos --model my-model' },
]

/** How a model comes here: commands to copy. The server notices within a second. */
export function AddModel() {
  return (
    <section className="mt-14" aria-labelledby="add-title">
      <h2 id="add-title" className="font-semibold text-lg">
        Add a model
      </h2>
      <p className="mt-1 max-w-[68ch] text-ink-2 text-sm">
        In the project’s folder. It is checked and run once before it appears, and this server needs no restart. Scores
        of models that nobody has calibrated are shown as “not calibrated”.
      </p>
      <ul className="mt-4 grid gap-3">
        {COMMANDS.map(({ what, command }) => (
          <li key={command} className="min-w-0">
            <p className="mb-1.5 text-ink-2 text-sm">{what}</p>
            <CopyLine text={command} />
          </li>
        ))}
      </ul>
    </section>
  )
}
