//go:build browser

package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
)

// browserLoading: the page can be installed; a part of it that does not come
// is said to be missing and asked for again; the call goes on in another
// language, and the tab's icon shows it.
func browserLoading(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{width: 1280, height: 800})
	mina.expect("call-part.js")
	do(mina, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/*/call-part.js", Block: true}}})
	mina.open("/r/tea")
	for _, fault := range do(mina, cdppage.GetInstallabilityErrors, cdp.Empty{}).InstallabilityErrors {
		if fault.ErrorID != "in-incognito" { // as every person of these tests is
			t.Errorf("the page cannot be installed: %s", fault.ErrorID)
		}
	}
	mina.fills("Your name", "Mina")
	mina.clicks("button", "Join")
	mina.readsPage("Part of this page could not be loaded.")
	do(mina, network.SetBlockedURLs, network.SetBlockedURLsParams{})
	mina.clicks("button", "Join")
	mina.sees("button", "Leave")
	s.scripted(t, "tea", "Nana")
	mina.sees("group", "Nana")
	mina.iconIs("/icon-call.svg")

	before := mina.sockets()
	mina.clicks("button", "Mute")
	mina.opens("Settings")
	mina.chooses("combobox", "Language", "ko")
	mina.clicksIn(&in{role: "dialog", name: "설정"}, "button", "닫기")
	mina.sees("button", "음소거 해제")
	mina.sees("group", "Nana")
	if got := mina.sockets(); got != before {
		t.Errorf("the change of language made it %d sockets, it was %d", got, before)
	}
	mina.clicks("button", "나가기")
	mina.misses("button", "나가기")
	mina.iconIs("/icon.svg")
}

// iconIs waits for the tab's icon.
func (p *person) iconIs(path string) {
	p.t.Helper()
	if got := p.eval(`document.querySelector('link[rel=icon]').href`); !strings.HasSuffix(got, path) {
		p.t.Errorf("the tab's icon is %s, want %s", got, path)
	}
}

// sockets is how many WebSockets the tab has opened.
func (p *person) sockets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for _, line := range p.history {
		if strings.Contains(line, "socket ws") {
			count++
		}
	}
	return count
}
