package main

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"moim/internal/certs"
)

// explanation says what a browser will say about a certificate that nobody
// has vouched for, before it says so, and leads on.
type explanation struct {
	certificate *certs.SelfSigned
	place       httpsPlace
}

const certificatePath = "/certificate.pem"

// register adds the page to what the plain listener serves, and the parts of
// whole that it needs.
func (e explanation) register(mux *http.ServeMux, whole http.Handler) {
	mux.Handle("GET /css/", whole)
	mux.Handle("GET /icon.svg", whole)
	mux.HandleFunc("GET "+certificatePath, e.file)
	mux.HandleFunc("GET /{$}", e.page)
	mux.HandleFunc("GET /r/{room}", e.page)
}

// file answers with the certificate, for who wants to trust it for good.
func (e explanation) file(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="moim.pem"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(e.certificate.PEM())
}

//go:embed explanation.html
var explanationHTML string

var explanationPage = template.Must(template.New("explanation").Parse(explanationHTML))

func (e explanation) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language")
	lang := languageOf(r)
	_ = explanationPage.Execute(w, struct { // it fails when nobody reads any more
		Lang, URL, File, Fingerprint string
		T                            explanationText
	}{lang, e.place.url(r), certificatePath, e.certificate.Fingerprint(), explanationTexts[lang]})
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Korean})

// languageOf is en or ko, as the browser prefers.
func languageOf(r *http.Request) string {
	tag, _ := language.MatchStrings(languages, r.Header.Get("Accept-Language"))
	base, _ := tag.Base()
	return strings.ToLower(base.String())
}

// explanationText is what the page says. Browsers name their buttons in their
// own words, so these do too.
type explanationText struct {
	Title, Lead, Why, Chrome, Firefox, Safari, Check, Go, Trust, File string
}

var explanationTexts = map[string]explanationText{
	"en": {
		Title:   "Your browser will warn you",
		Lead:    "The way to this server is encrypted, but nobody your browser knows has vouched for its certificate: the server made it itself. So the next page is a warning, once for each browser.",
		Why:     "What to press there:",
		Chrome:  "Chrome, Edge: “Your connection is not private”. Press “Advanced”, then “Proceed to … (unsafe)”.",
		Firefox: "Firefox: “Warning: Potential Security Risk Ahead”. Press “Advanced…”, then “Accept the Risk and Continue”.",
		Safari:  "Safari: “This Connection Is Not Private”. Press “Show Details”, then “visit this website”.",
		Check:   "Go on only if the certificate in the warning has this SHA-256 fingerprint. Whoever runs the server finds it in its log.",
		Go:      "Go on to the call",
		Trust:   "To be warned no more, install the certificate as trusted on your device. Calls through the relay over TLS work only then.",
		File:    "Download the certificate",
	},
	"ko": {
		Title:   "브라우저가 경고할 것입니다",
		Lead:    "이 서버와의 연결은 암호화되지만, 인증서를 서버가 스스로 만들었기 때문에 브라우저가 아는 기관의 보증이 없습니다. 그래서 다음 화면에 경고가 나옵니다. 브라우저마다 한 번입니다.",
		Why:     "경고 화면에서 누를 것:",
		Chrome:  "Chrome, Edge: “연결이 비공개로 설정되어 있지 않습니다.” “고급”을 누른 다음 “…(안전하지 않음)(으)로 이동”을 누르세요.",
		Firefox: "Firefox: “경고: 보안 위험이 있습니다”. “고급…”을 누른 다음 “위험을 감수하고 계속”을 누르세요.",
		Safari:  "Safari: “이 연결은 비공개가 아닙니다”. “세부사항 보기”를 누른 다음 “이 웹 사이트 방문”을 누르세요.",
		Check:   "경고에 나오는 인증서의 SHA-256 지문이 아래와 같을 때만 계속하세요. 서버를 운영하는 사람은 서버 기록에서 이 지문을 볼 수 있습니다.",
		Go:      "통화로 계속",
		Trust:   "더 이상 경고를 보지 않으려면 이 인증서를 기기에 신뢰하는 인증서로 설치하세요. TLS 중계를 통한 통화는 설치한 뒤에만 됩니다.",
		File:    "인증서 내려받기",
	},
}
