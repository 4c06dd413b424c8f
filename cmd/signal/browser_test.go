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
		{"killed server, two", browserKilledTwo},
		{"killed server, three", browserKilledThree},
		{"planned stop", browserPlannedStop},
		{"frozen tab", browserFrozenTab},
		{"permission refused", browserRefused},
		{"no devices", browserNoDevices},
		{"chat", browserChat},
		{"chat texts", browserChatTexts},
		{"chat quick", browserQuickChat},
		{"chat directions", browserChatDirections},
		{"notices", browserNotices},
		{"rename", browserRename},
		{"unread", browserUnread},
		{"unread many", browserUnreadManyLines},
		{"unread while away", browserUnreadAway},
		{"unread beyond", browserUnreadBeyond},
		{"chat edit", browserEdit},
		{"chat delete", browserDelete},
		{"chat host deletes", browserHostDeletes},
		{"chat reply", browserReply},
		{"chat private", browserPrivate},
		{"chat failed", browserFailed},
		{"chat keys", browserChatKeys},
		{"chat touch", browserChatTouch},
		{"chat towers", browserChatTowers},
		{"chat drafts", browserDrafts},
		{"chat pending", browserPending},
		{"chat same member", browserSameMember},
		{"chat writing", browserWriting},
		{"chat answered", browserAnswered},
		{"chat twin", browserTwin},
		{"chat unseen", browserUnseen},
		{"chat low window", browserLowWindow},
		{"chat search", browserSearch},
		{"chat search again", browserSearchAgain},
		{"chat search older", browserSearchOlder},
		{"chat long", browserLongChat},
		{"chat far quote", browserFarQuote},
		{"chat restated", browserRestated},
		{"chat older again", browserOlderAgain},
		{"chat late answer", browserLateAnswer},
		{"chat line focus", browserLineFocus},
		{"chat tab stops", browserTabStops},
		{"chat heard", browserHeard},
		{"chat gone reader", browserGoneReader},
		{"chat asked", browserAsked},
		{"chat pen", browserPen},
		{"chat Korean", browserChatKorean},
		{"check", browserCheck},
		{"check hasty", browserCheckHasty},
		{"check secure", browserCheckSecure},
		{"check finds", browserCheckFinds},
		{"check layout", browserCheckLayout},
		{"figures", browserFigures},
		{"figures small", browserFiguresSmall},
		{"figures relayed", browserFiguresRelayed},
		{"killed relay", browserRelayKilled},
		{"shortcuts", browserShortcuts},
		{"toggles", browserToggles},
		{"new room", browserNewRoom},
		{"public room", browserPublicRoom},
		{"unknown path", browserUnknownPath},
		{"Korean", browserKorean},
		{"layout", browserLayout},
		{"tiles", browserTiles},
		{"screenshots", browserScreenshots},
		{"chat pictures", browserChatPictures},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, c) })
	}
}
