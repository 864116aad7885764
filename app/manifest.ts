import type { MetadataRoute } from 'next'

/** What an installed page is called and looks like. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    name: 'Vision Object Classifier',
    short_name: 'Vision',
    description: 'Drop a photo and see what is in it.',
    start_url: '/',
    display: 'standalone',
    background_color: '#fbfaf7',
    theme_color: '#fbfaf7',
    icons: [
      { src: '/icons/192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icons/512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  }
}
