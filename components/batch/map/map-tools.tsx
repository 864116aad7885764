import { Lasso, type LucideIcon, Maximize, X, ZoomIn, ZoomOut } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/button'

interface MapToolsProps {
  /** Whether dragging draws a line instead of moving the map. */
  lasso: boolean
  onLasso(lasso: boolean): void
  /** Whether the map is larger than its picture. */
  zoomed: boolean
  /** Zooms in, or out if negative. */
  onZoom(steps: number): void
  onFit(): void
  /** Whether the table shows only some photos. */
  filtered: boolean
  onClear(): void
}

/** What can be done with the map, by pointer and by keyboard. */
export function MapTools({ lasso, onLasso, zoomed, onZoom, onFit, filtered, onClear }: MapToolsProps) {
  const t = useTranslations('batch.map')
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        aria-pressed={lasso}
        onClick={() => onLasso(!lasso)}
        className="aria-pressed:border-accent aria-pressed:bg-accent-soft! aria-pressed:text-accent!"
      >
        <Lasso aria-hidden /> {t('lasso')}
      </Button>
      <Tool Icon={ZoomIn} name={t('zoomIn')} onPress={() => onZoom(1)} />
      <Tool Icon={ZoomOut} name={t('zoomOut')} disabled={!zoomed} onPress={() => onZoom(-1)} />
      <Tool Icon={Maximize} name={t('fit')} disabled={!zoomed} onPress={onFit} />
      {filtered && (
        <Button variant="quiet" className="ml-auto" onClick={onClear}>
          <X aria-hidden /> {t('clear')}
        </Button>
      )}
    </div>
  )
}

interface ToolProps {
  Icon: LucideIcon
  name: string
  disabled?: boolean
  onPress(): void
}

/** A button with a picture. One that does nothing now keeps the focus. */
function Tool({ Icon, name, disabled = false, onPress }: ToolProps) {
  return (
    <Button
      aria-label={name}
      title={name}
      aria-disabled={disabled}
      onClick={() => disabled || onPress()}
      className="w-10 px-0! aria-disabled:cursor-default! aria-disabled:border-line aria-disabled:text-ink-3"
    >
      <Icon aria-hidden />
    </Button>
  )
}
