/** What the page says about devices and settings, in Korean. */
export const devicesKo = Object.freeze({
  'device.camera': '카메라',
  'device.mic': '마이크',
  'device.speaker': '스피커',
  'device.usual': '브라우저가 고른 장치',
  'device.unnamed': '장치 {number}',

  'door.password': '비밀번호',
  'door.passwordHint': '초대한 사람에게 물어보세요.',

  'settings.title': '설정',
  'settings.test': '시험 소리 재생',
  'settings.layout': '배치',
  'settings.tiles': '같은 크기의 타일',
  'settings.speaker': '말하는 사람을 크게',
  'settings.sounds': '소리',
  'settings.soundsHint': '누가 들어오고 나가거나, 글을 쓰거나, 손을 들면 작게 알립니다.',
  'settings.notifications': '알림',
  'settings.notificationsHint': '이 페이지를 보고 있지 않을 때 온 메시지를 알립니다.',
  'settings.blocked': '브라우저가 이 페이지의 알림을 막고 있습니다. 주소창에서 허용한 뒤 다시 켜 주세요.',

  'problem.screen.missing': '공유할 수 있는 것이 없습니다.',
  'problem.screen.refused': '화면을 공유하지 못했습니다. 브라우저 주소창에서 허용해 주세요.',
  'problem.screen.busy': '시스템이 화면 공유를 막았습니다. 시스템 설정에서 허용한 뒤 다시 시도해 주세요.',
  'problem.screen.insecure': '화면을 공유하려면 안전한 주소가 필요합니다. https://로 이 페이지를 여세요.',
  'problem.screen.failed': '화면 공유를 시작하지 못했습니다. 다시 시도해 주세요.',

  'hint.dead': '마이크에서 소리가 나지 않습니다. 스위치나 선을 확인하거나 설정에서 다른 마이크를 고르세요.',
  'hint.muted': '음소거되어 있습니다. 음소거를 해제하거나 스페이스를 누른 채 말하세요.',
  'hint.mutedTouch': '음소거되어 있습니다. 말하려면 음소거를 해제하세요.',
  'hint.fallback.mic': '마이크가 빠졌습니다. 이제 {label}(으)로 말합니다.',
  'hint.fallback.camera': '카메라가 빠졌습니다. 이제 {label}(으)로 보입니다.',
  'hint.back.mic': '마이크가 돌아왔습니다: {label}',
  'hint.back.camera': '카메라가 돌아왔습니다: {label}',
});
