//go:build browser

package main

import "testing"

// TestBrowser runs the page in Chromium, against a server of its own for each
// part. Pages may neither write warnings to the console nor ask other hosts.
func TestBrowser(t *testing.T) {
	c := startChromium(t, nil)
	for _, part := range []struct {
		name string
		test func(*testing.T, *chromium)
	}{
		{"call of two", browserTwo},
		{"call of three", browserThree},
		{"mute", browserMute},
		{"camera", browserCamera},
		{"leave and join again", browserJoinAgain},
		{"closed tab", browserClosedTab},
		{"crashed tab", browserCrashedTab},
		{"stopped server", browserStoppedServer},
		{"permission refused", browserRefused},
		{"no devices", browserNoDevices},
		{"chat", browserChat},
		{"chat texts", browserChatTexts},
		{"chat quick", browserQuickChat},
		{"chat directions", browserChatDirections},
		{"notices", browserNotices},
		{"rename", browserRename},
		{"unread", browserUnread},
		{"shortcuts", browserShortcuts},
		{"toggles", browserToggles},
		{"new room", browserNewRoom},
		{"public room", browserPublicRoom},
		{"unknown path", browserUnknownPath},
		{"Korean", browserKorean},
		{"layout", browserLayout},
		{"tiles", browserTiles},
		{"screenshots", browserScreenshots},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, c) })
	}
}
