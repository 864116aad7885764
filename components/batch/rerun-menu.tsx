import { Menu } from '@base-ui/react/menu'
import { ChevronDown, Layers } from 'lucide-react'
import { useRef } from 'react'
import { useTranslations } from 'use-intl'
import { ActionItem } from '../ui/action-menu'
import { Button } from '../ui/button'
import type { Rerun } from './use-rerun'

interface RerunMenuProps {
  rerun: Rerun
  modelName(id: string): string
}

/** Runs the same photos on another model, which the visitor chooses in a menu. */
export function RerunMenu({ rerun, modelName }: RerunMenuProps) {
  const t = useTranslations('batch')
  // Inside the page's landmarks, where screen readers look for it.
  const place = useRef<HTMLSpanElement>(null)
  if (rerun.models.length === 0) return null
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button />}>
        <Layers aria-hidden /> {t('rerun')} <ChevronDown aria-hidden />
      </Menu.Trigger>
      <span ref={place} className="contents" />
      <Menu.Portal container={place}>
        <Menu.Positioner sideOffset={6} align="end" collisionPadding={12} className="z-20">
          <Menu.Popup className="min-w-48 max-w-[min(340px,calc(100vw-24px))] rounded-card border border-line bg-card p-1 shadow-card outline-none">
            {rerun.models.map((model) => (
              <ActionItem key={model.id} onClick={() => void rerun.run(model)}>
                {modelName(model.id)}
              </ActionItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
