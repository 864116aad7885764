import type { MetadataRoute } from 'next'
import { underBase } from '@/lib/shared/web/base-path'

/** The name and the look of the installed app. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: underBase('/'),
    name: 'Vision Object Classifier',
    short_name: 'Vision',
    description: 'Drop a photo and see what’s in it.',
    start_url: underBase('/'),
    scope: underBase('/'),
    display: 'standalone',
    background_color: '#fbfaf7',
    theme_color: '#fbfaf7',
    icons: [
      { src: underBase('/icons/192.png'), sizes: '192x192', type: 'image/png' },
      { src: underBase('/icons/512.png'), sizes: '512x512', type: 'image/png' },
      { src: underBase('/icons/maskable-512.png'), sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  }
}
