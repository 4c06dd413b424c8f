/** What the page says about devices and settings, in English. */
export const devicesEn = Object.freeze({
  'device.camera': 'Camera',
  'device.mic': 'Microphone',
  'device.speaker': 'Speaker',
  'device.usual': 'The browser’s choice',
  'device.unnamed': 'Device {number}',

  'door.password': 'Password',
  'door.passwordHint': 'Ask whoever invited you.',

  'settings.title': 'Settings',
  'settings.test': 'Play a test sound',
  'settings.layout': 'Layout',
  'settings.tiles': 'Tiles of one size',
  'settings.speaker': 'Whoever speaks large',
  'settings.sounds': 'Sounds',
  'settings.soundsHint': 'Softly, when somebody comes, goes, writes or raises a hand.',
  'settings.notifications': 'Notifications',
  'settings.notificationsHint': 'For messages while this page is hidden.',
  'settings.blocked': 'The browser blocks notifications for this page. Allow them in its address bar, then switch this on again.',

  'problem.screen.missing': 'There is nothing that could be shared.',
  'problem.screen.refused': 'The screen could not be shared. Allow it in the browser’s address bar.',
  'problem.screen.busy': 'The system did not let the screen be shared. Allow it in the system’s settings, then try again.',
  'problem.screen.insecure': 'Sharing the screen needs a secure address. Open this page with https://.',
  'problem.screen.failed': 'Sharing the screen did not start. Try again.',

  'hint.dead': 'Your microphone gives no sound. Check its switch or its cable, or choose another one in Settings.',
  'hint.muted': 'You are muted. Unmute, or hold space to talk.',
  'hint.mutedTouch': 'You are muted. Unmute to be heard.',
  'hint.fallback.mic': 'The microphone is gone. You speak through {label} now.',
  'hint.fallback.camera': 'The camera is gone. The others see you through {label} now.',
  'hint.back.mic': 'Your microphone is back: {label}',
  'hint.back.camera': 'Your camera is back: {label}',
});
