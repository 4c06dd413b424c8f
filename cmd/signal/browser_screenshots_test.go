//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screenshotFolder is the environment variable that names the folder in which
// pictures of the page are stored.
const screenshotFolder = "MOIM_SCREENSHOTS"

// pictureFolder is where pictures of the page are stored. Without one the test is
// skipped.
func pictureFolder(t *testing.T) string {
	t.Helper()
	folder := os.Getenv(screenshotFolder)
	if folder == "" {
		t.Skip("set " + screenshotFolder + " to a folder to store pictures of the page")
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	return folder
}

// browserScreenshots stores pictures of a real call. The cameras show people
// who are drawn.
func browserScreenshots(t *testing.T, _ *chromium) {
	folder := pictureFolder(t)
	s := startSite(t, "--turn=127.0.0.1:0")
	desk := look{width: 1280, height: 800}
	people := make([]*person, 3)
	for i, name := range []string{"Mina", "Jonas", "Sora"} {
		film := filepath.Join(t.TempDir(), name+".y4m")
		if err := sketches[i].film(film); err != nil {
			t.Fatal(err)
		}
		c := startChromium(t, map[string]any{"use-file-for-fake-video-capture": film})
		people[i] = c.person(t, s, name, desk)
	}
	mina, jonas, sora := people[0], people[1], people[2]
	jonas.prepares(paintedPaper)
	shot := func(p *person, name string, l look) {
		p.wear(l)
		p.settles()
		if err := p.picture(filepath.Join(folder, name+".png")); err != nil {
			t.Fatal(err)
		}
	}
	both := func(p *person, name string) {
		shot(p, name, desk)
		shot(p, name+"-dark", look{width: 1280, height: 800, dark: true})
		shot(p, name+"-phone", look{width: 390, height: 844, phone: true})
		p.wear(desk)
	}

	jonas.open("/")
	jonas.fills("Room", "reading-circle")
	jonas.clicks("checkbox", "Public room")
	jonas.clicks("button", "Join")
	jonas.joinSharp("reading-circle")
	mina.open("/")
	mina.fills("Your name", "Mina")
	mina.reads("list", "Public rooms", "1 person")
	both(mina, "home")
	mina.open("/r/reading-circle")
	mina.reads("main", "", "1 person is here")
	mina.fills("Your name", "Mina")
	mina.sees("button", "Turn camera off")
	both(mina, "door")
	mina.clicks("button", "Check connection")
	mina.reads("status", "", "You can talk to everyone.")
	mina.comesBack(false)
	mina.readsIn(mirror, "bit/s in, ")
	both(mina, "check")
	mina.clicks("button", "Close")

	mina.joinSharp("reading-circle")
	mina.seesSharp(jonas)
	both(mina, "call-two")
	mina.clicks("button", "Figures of Jonas")
	mina.reads("group", "Jonas", "bit/s in, ")
	both(mina, "figures")
	mina.clicks("button", "Figures of Jonas")
	sora.joinSharp("reading-circle")
	mina.seesSharp(jonas, sora)
	for _, p := range people {
		p.clicks("button", "Chat")
	}
	jonas.says("Good evening! Can you both hear me?")
	mina.says("Loud and clear, Jonas.")
	sora.says("Me too. Shall we start with chapter four?")
	jonas.says("Yes – my notes: https://example.org/notes/chapter-four")
	mina.says("Lovely, thank you! I liked the part at the harbour most.")
	mina.reads("log", "Messages", "chapter-four")
	both(mina, "call")
	mina.presses(kb.Escape)
	mina.clicks("button", "People")
	both(mina, "people")

	mina.presses(kb.Escape)
	for _, dialog := range []string{"Settings", "Invite"} {
		mina.clicks("button", dialog)
		mina.sees("dialog", dialog)
		both(mina, strings.ToLower(dialog))
		mina.presses(kb.Escape)
		mina.misses("dialog", dialog)
	}
	mina.presses("?")
	mina.sees("dialog", "Keyboard shortcuts")
	both(mina, "shortcuts")
	mina.presses(kb.Escape)
	mina.clicks("button", "React")
	shot(mina, "reactions", desk)
	mina.presses(kb.Escape)
	mina.wear(look{width: 390, height: 844, phone: true})
	mina.clicks("button", "More")
	shot(mina, "more-phone", look{width: 390, height: 844, phone: true})
	mina.presses(kb.Escape)
	mina.wear(desk)

	jonas.clicks("button", "Share screen")
	sora.clicks("button", "Raise hand")
	mina.reads("group", "Sora", "Hand raised")
	mina.isLarge("Jonas’s screen", 4)
	both(mina, "sharing")
	shot(jonas, "sharing-own", desk)
	jonas.clicksIn(&in{role: "group", name: "Jonas’s screen", of: stage}, "button", "Stop sharing")
	mina.misses("group", "Jonas’s screen")
	mina.clicks("button", "Pin Sora")
	mina.isLarge("Sora", 3)
	both(mina, "pinned")
	mina.clicks("button", "Unpin Sora")
	sora.clicks("button", "Lower hand")

	sora.clicks("button", "Turn camera off")
	jonas.clicks("button", "Mute")
	mina.reads("group", "Sora", "Camera off")
	mina.reads("group", "Jonas", "Muted")
	both(mina, "call-muted")
	sora.clicks("button", "Turn camera on")
	jonas.clicks("button", "Unmute")
	mina.clicks("button", "Leave")
	mina.sees("button", "Join again")
	both(mina, "end")

	mina.open("/")
	mina.chooses("combobox", "Language", "ko")
	mina.sees("textbox", "방")
	shot(mina, "home-korean", desk)
	mina.open("/r/reading-circle")
	mina.clicks("button", "참여")
	mina.sees("button", "나가기")
	mina.clicks("button", "채팅")
	mina.reads("log", "메시지 목록", "chapter-four")
	shot(mina, "call-korean", desk)
}

// sharp is the width of the pictures to store, in pixels.
const sharp = 640

// paintedPaper is a screen with something to read on it, shared without a question.
const paintedPaper = `navigator.mediaDevices.getDisplayMedia = async () => {
	const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 800 });
	const paint = canvas.getContext('2d');
	const draw = () => {
		paint.fillStyle = '#fbfaf6';
		paint.fillRect(0, 0, 1280, 800);
		paint.fillStyle = '#1d2725';
		paint.font = '600 44px serif';
		paint.fillText('Chapter four: The harbour', 120, 140);
		paint.fillStyle = '#58645f';
		for (let row = 0; row < 14; row++) paint.fillRect(120, 200 + 38 * row, 700 + ((row * 137) % 300) - (row % 5 === 4 ? 420 : 0), 10);
		paint.fillStyle = '#2f7f73';
		paint.fillRect(60, 200, 6, 340);
	};
	setInterval(draw, 100);
	return canvas.captureStream(10);
}`

// joinSharp is join with a larger picture.
func (p *person) joinSharp(room string) {
	p.t.Helper()
	p.prepares(fmt.Sprintf("moimTest.picture = { width: %d, height: %d, frameRate: 15 }", sharp, sharp*9/16))
	p.join(room)
}

// seesSharp waits until the pictures of others have grown to full size.
func (p *person) seesSharp(others ...*person) {
	p.t.Helper()
	for _, other := range others {
		p.receives(other)
		p.within(3*patience, "sees "+other.name+" sharply", func(ctx context.Context) error {
			now, err := p.gets(ctx, other)
			if err == nil && now.Width < sharp {
				err = fmt.Errorf("there is %+v", now)
			}
			return err
		})
	}
}

// settles waits until all pictures are there and what moves has come to rest.
func (p *person) settles() {
	p.t.Helper()
	p.eventually("settles", func(ctx context.Context) error {
		settled, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`new Promise((resolve) => {
			requestAnimationFrame(() => requestAnimationFrame(() => {
				const videos = [...document.querySelectorAll('video')].filter((v) => v.getClientRects().length);
				const moving = document.getAnimations().some((a) => a.playState === 'running' && a.effect?.getTiming().iterations < Infinity);
				resolve(!moving && videos.every((v) => v.videoWidth > 0));
			}));
		})`, chromedp.EvalAwaitPromise))
		if err == nil && !settled {
			err = errors.New("something still moves")
		}
		return err
	})
}
