//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// words are the names of the controls in a language.
type words struct {
	language, join, name, message                               string
	mute, unmute, cameraOff, cameraOn, share, unshare           string
	raise, lower, react, applause, chat, people, invite, close  string
	settings, shortcuts, more, handRaised, inOrder, copy, leave string
	check, lobby, cancel, admit, remove, hostLink               string
}

var english = words{
	join: "Join", name: "Your name", message: "Message",
	mute: "Mute", unmute: "Unmute", cameraOff: "Turn camera off", cameraOn: "Turn camera on",
	share: "Share screen", unshare: "Stop sharing", raise: "Raise hand", lower: "Lower hand",
	react: "React", applause: "Applause", chat: "Chat", people: "People", invite: "Invite", close: "Close",
	settings: "Settings", shortcuts: "Keyboard shortcuts", more: "More", handRaised: "1 hand raised",
	inOrder: "Hand raised, number 1", copy: "Copy link", leave: "Leave", check: "Check connection",
	lobby: "Lobby", cancel: "Cancel", admit: "Admit Jonas", remove: "Remove Nana", hostLink: "Host link for your other devices",
}

var korean = words{
	language: "ko-KR,ko", join: "참여", name: "내 이름", message: "메시지",
	mute: "음소거", unmute: "음소거 해제", cameraOff: "카메라 끄기", cameraOn: "카메라 켜기",
	share: "화면 공유", unshare: "공유 중지", raise: "손들기", lower: "손 내리기",
	react: "반응", applause: "박수", chat: "채팅", people: "참여자", invite: "초대", close: "닫기",
	settings: "설정", shortcuts: "단축키", more: "더 보기", handRaised: "1명이 손을 들었습니다",
	inOrder: "1번째로 손을 들었습니다", copy: "링크 복사", leave: "나가기", check: "연결 확인",
	lobby: "대기실", cancel: "취소", admit: "Jonas님 들여보내기", remove: "Nana님 내보내기", hostLink: "내 다른 기기를 위한 호스트 링크",
}

// enters goes through the door with the words of a language.
func (p *person) enters(room string, w words) {
	p.t.Helper()
	p.open("/r/" + room)
	p.fills(w.name, p.name)
	p.clicks("button", w.join)
	p.sees("button", w.leave)
}

// browserControls presses every control of a call by its name, with the mouse
// on a desk and in both languages, and with fingers on a phone.
func browserControls(t *testing.T, c *chromium) {
	s := startSite(t)
	for _, w := range []words{english, korean} {
		mina := c.person(t, s, "Mina", look{language: w.language, width: 1280, height: 800})
		mina.enters("tea", w)
		mina.pressesAll(w)
		mina.wear(look{width: 390, height: 844, phone: true})
		mina.pressesAllOnPhone(w)
		mina.clicks("button", w.leave)
		mina.misses("button", w.leave)
	}
}

// pressesAll presses every control of a wide window.
func (p *person) pressesAll(w words) {
	p.t.Helper()
	p.toggles(w.mute, w.unmute)
	p.toggles(w.cameraOff, w.cameraOn)
	p.toggles(w.share, w.unshare)
	p.toggles(w.raise, w.lower)
	p.toggles(w.chat, w.chat)
	p.toggles(w.people, w.people)
	p.clicks("button", w.react)
	p.clicksIn(&in{role: "toolbar", name: w.react}, "button", w.applause)
	p.misses("toolbar", w.react)
	for _, opens := range []struct{ control, dialog string }{
		{w.invite, w.invite}, {w.settings, w.settings}, {w.shortcuts, w.shortcuts},
	} {
		p.clicks("button", opens.control)
		p.sees("dialog", opens.dialog)
		p.presses(kb.Escape)
		p.misses("dialog", opens.dialog)
		p.isAt("button", opens.control)
	}
	p.misses("button", w.more)
}

// pressesAllOnPhone presses every control of a narrow window.
func (p *person) pressesAllOnPhone(w words) {
	p.t.Helper()
	for _, name := range []string{w.share, w.raise, w.react, w.people, w.invite, w.settings} {
		p.misses("button", name)
	}
	p.toggles(w.mute, w.unmute)
	p.toggles(w.cameraOff, w.cameraOn)
	sheet := &in{role: "group", name: w.more}
	p.clicks("button", w.more)
	p.inReach()
	p.clicksIn(sheet, "button", w.applause)
	p.misses("group", w.more)
	p.clicks("button", w.more)
	p.clicksIn(sheet, "button", w.raise)
	p.tells("button", w.more, w.handRaised)
	p.clicks("button", w.more)
	p.clicksIn(sheet, "button", w.people)
	p.reads("region", w.people, w.inOrder)
	p.clicks("button", w.close)
	p.isAt("button", w.more)
	p.clicks("button", w.more)
	p.clicksIn(sheet, "button", w.lower)
	for _, dialog := range []string{w.invite, w.settings} {
		p.clicks("button", w.more)
		p.clicksIn(sheet, "button", dialog)
		p.sees("dialog", dialog)
		p.presses(kb.Escape)
		p.misses("dialog", dialog)
		p.isAt("button", w.more)
	}
	p.clicks("button", w.chat)
	p.sees("textbox", w.message)
	p.clicks("button", w.close)
}

// bar is where the controls are. A tile may have some of the same name.
var bar = &in{role: "contentinfo"}

// toggles presses a control twice.
func (p *person) toggles(off, on string) {
	p.t.Helper()
	p.isPressed(off, "false")
	p.clicksIn(bar, "button", off)
	p.isPressed(on, "true")
	p.clicksIn(bar, "button", on)
	p.isPressed(off, "false")
}

// isPressed waits until there is a control, pressed or not.
func (p *person) isPressed(name, pressed string) {
	p.t.Helper()
	p.eventually(name+" is pressed: "+pressed, func(ctx context.Context) error {
		e, err := p.one(ctx, bar, "button", name)
		if err != nil {
			return err
		}
		got, err := call[string](ctx, e, `function () { return this.ariaPressed; }`)
		if err == nil && got != pressed {
			err = errors.New("pressed: " + got)
		}
		return err
	})
}

// isAt waits until a control has the keyboard.
func (p *person) isAt(role, name string) {
	p.t.Helper()
	p.eventually("is at "+role+" "+name, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err != nil {
			return err
		}
		at, err := call[string](ctx, e, `function () { return document.activeElement === this ? '' : document.activeElement.outerHTML.slice(0, 200); }`)
		if err == nil && at != "" {
			err = errors.New("the keyboard is at " + at)
		}
		return err
	})
}

// tells waits until a control has a description.
func (p *person) tells(role, name, text string) {
	p.t.Helper()
	p.eventually("reads of "+name+" that "+text, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err != nil {
			return err
		}
		got, err := call[string](ctx, e, `function () { return document.getElementById(this.getAttribute('aria-describedby'))?.textContent ?? ''; }`)
		if err == nil && got != text {
			err = fmt.Errorf("it says %q", got)
		}
		return err
	})
}

// inReach waits until all controls are large enough for a finger, in the window
// and in the half of it that a thumb reaches.
func (p *person) inReach() {
	p.t.Helper()
	p.eventually("has all controls in reach", func(ctx context.Context) error {
		size, err := p.measure(ctx)
		if err != nil {
			return err
		}
		controls, err := p.find(ctx, bar, "button", "")
		if err != nil {
			return err
		}
		if len(controls) < 12 {
			return fmt.Errorf("there are %d controls", len(controls))
		}
		half := box{0, size.Height / 2, size.Width, size.Height}
		for _, control := range controls {
			at, err := call[box](ctx, control, bounds)
			if err != nil {
				return err
			}
			if !at.within(half) || at.Right-at.Left < touchHeight || at.Bottom-at.Top < touchHeight {
				return fmt.Errorf("%s is at %+v, want it in %+v", control.name, at, half)
			}
		}
		return nil
	})
}

// browserKeyboard goes through a whole call by keys alone.
func browserKeyboard(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	mina := c.person(t, s, "Mina", look{width: 1280, height: 800})
	mina.open("/r/tea")
	mina.tabsTo("textbox", "Your name")
	mina.types("Mina")
	mina.presses(kb.Enter)
	mina.sees("button", "Leave")

	for _, k := range []struct{ key, before, after string }{
		{"m", "Mute", "Unmute"},
		{"v", "Turn camera off", "Turn camera on"},
		{"s", "Share screen", "Stop sharing"},
		{"h", "Raise hand", "Lower hand"},
	} {
		mina.isPressed(k.before, "false")
		mina.presses(k.key)
		mina.isPressed(k.after, "true")
		mina.presses(k.key)
		mina.isPressed(k.before, "false")
	}
	mina.presses("?")
	mina.reads("dialog", "Keyboard shortcuts", "Talk while muted")
	mina.presses("m")
	mina.presses(kb.Escape)
	mina.misses("dialog", "Keyboard shortcuts")
	mina.sees("button", "Mute")

	mina.holdsToTalk()
	mina.tabsTo("button", "React")
	mina.presses(kb.Enter)
	mina.isAt("button", "Thumbs up")
	mina.presses(kb.ArrowLeft)
	mina.isAt("button", "Surprised")
	mina.presses(kb.Escape)
	mina.misses("toolbar", "React")
	mina.isAt("button", "React")
	mina.presses(" ")
	mina.isAt("button", "Thumbs up")
	mina.presses("4")
	mina.misses("toolbar", "React")

	mina.presses("c")
	mina.isAt("textbox", "Message")
	jonas.say("Good evening")
	mina.reads("log", "Messages", "Good evening")
	mina.types("Good evening, Jonas")
	mina.presses(kb.Enter)
	mina.reads("log", "Messages", "Good evening, Jonas")
	mina.presses(kb.Escape)
	mina.isAt("button", "Chat")
	mina.presses("p")
	mina.tabsTo("button", "Message Jonas privately")
	mina.presses(kb.Escape)
	mina.isAt("button", "People")
	mina.tabsTo("button", "Leave")
	mina.presses(kb.Enter)
	mina.sees("button", "Join again")
}

// holdsToTalk holds Space while muted; on a button the keyboard has focused,
// Space presses that.
func (p *person) holdsToTalk() {
	p.t.Helper()
	p.presses("m")
	p.sees("button", "Unmute")
	p.clicks("main", "Everyone in the call")
	p.key(input.DispatchKeyEventTypeKeyDown)
	p.sees("button", "Mute")
	p.key(input.DispatchKeyEventTypeKeyUp)
	p.sees("button", "Unmute")
	p.tabsTo("button", "Raise hand")
	p.presses(" ")
	p.sees("button", "Lower hand")
	p.presses(" ")
	p.sees("button", "Raise hand")
	p.presses("m")
	p.sees("button", "Mute")
}

// key presses Space down or lets it go.
func (p *person) key(kind input.DispatchKeyEventType) {
	p.t.Helper()
	do(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{
		Type: kind, Key: " ", Code: "Space", WindowsVirtualKeyCode: 32,
	})
}

// tabsTo goes on with the Tab key to a control.
func (p *person) tabsTo(role, name string) {
	p.t.Helper()
	p.sees(role, name)
	p.eventually("comes to "+role+" "+name+" by Tab", func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err != nil {
			return err
		}
		for range 60 {
			at, err := call[bool](ctx, e, `function () { return document.activeElement === this; }`)
			if err != nil || at {
				return err
			}
			p.presses(kb.Tab)
		}
		return errors.New("Tab does not come there")
	})
}

// browserInvite hands out the link, and turns on notifications when asked.
func browserInvite(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "독서모임", "Jonas")
	mina := c.person(t, s, "Mina", look{})
	mina.join("독서모임")
	mina.clicks("button", "Invite")
	dialog := &in{role: "dialog", name: "Invite"}
	mina.has("textbox", "Link to this room", "value", s.url+"/r/%EB%8F%85%EC%84%9C%EB%AA%A8%EC%9E%84")
	mina.seesIn(dialog, "image", "QR code of the link")
	mina.clicksIn(dialog, "button", "Copy link")
	mina.readsIn(dialog, "Link copied")
	for _, l := range looks {
		mina.wear(l)
		mina.fits(fmt.Sprintf("invite at %dx%d, dark %v", l.width, l.height, l.dark), l, false)
	}
	mina.wear(look{})
	mina.presses(kb.Escape)
	mina.misses("dialog", "Invite")

	mina.allows("notifications")
	mina.looksAway(true)
	jonas.say("Are you there?")
	mina.tells("button", "Chat", "1 unread message")
	mina.looksAway(false)
	mina.clicks("button", "Turn on notifications")
	mina.misses("button", "Turn on notifications")
	if kept := mina.eval(`localStorage.getItem('moim.notifications')`); kept != "on" {
		t.Errorf("%q is remembered of notifications, want on", kept)
	}
}

// allows lets the page do what it would have to ask for.
func (p *person) allows(permission string) {
	p.t.Helper()
	do(p, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: permission}, Setting: browser.PermissionSettingGranted,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
}

// browserReactions has one person react, and another see it on their tile.
func browserReactions(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.enters("tea", english)
	jonas.enters("tea", english)
	jonas.eval(`(() => {
  window.reactions = [];
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (node.className === 'tile-reaction') reactions.push(node.closest('.tile').ariaLabel + ' ' + node.textContent);
      }
    }
  }).observe(document, { subtree: true, childList: true });
})()`)
	jonas.eventually("is shown a reaction", func(ctx context.Context) error {
		mina.clicks("button", english.react) // again, until the two have the channel it goes by
		mina.clicksIn(&in{role: "toolbar", name: english.react}, "button", english.applause)
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("reactions[0] ?? ''"))
		if err == nil && got != "Mina 👏" {
			err = fmt.Errorf("is shown %q", got)
		}
		return err
	})
}
