package status

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// ServeHealth answers /healthz: 200 while the process serves.
func (r *Reporter) ServeHealth(w http.ResponseWriter, req *http.Request) {
	if !readOnly(w, req) {
		return
	}
	answer(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready  bool    `json:"ready"`
	Checks []Check `json:"checks"`
}

// ServeReady answers /readyz: 200 if the engine can take events, else 503, with
// the conditions and how they stand. The text form is the default.
func (r *Reporter) ServeReady(w http.ResponseWriter, req *http.Request) {
	if !readOnly(w, req) {
		return
	}
	asText, err := wantsText(req, true)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s := r.gather(req.Context())
	code := http.StatusOK
	if !s.Ready {
		code = http.StatusServiceUnavailable
	}
	if asText {
		var b bytes.Buffer
		writeChecks(&b, s)
		answer(w, code, "text/plain; charset=utf-8", b.Bytes())
		return
	}
	answerJSON(w, code, readiness{s.Ready, s.Checks})
}

// ServeStatus answers /status: a Status as JSON or, if the request accepts
// text/plain or says ?format=text, as tables. ?rule=ID asks for one rule,
// ?limit=N for at most so many.
func (r *Reporter) ServeStatus(w http.ResponseWriter, req *http.Request) {
	if !readOnly(w, req) {
		return
	}
	asText, err := wantsText(req, false)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	q := Query{Rule: req.URL.Query().Get("rule")}
	if text := req.URL.Query().Get("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 1 {
			http.Error(w, fmt.Sprintf("limit is %q, want a number of rules, at least 1", text), http.StatusBadRequest)
			return
		}
	}
	s := r.Status(req.Context(), q)
	if q.Rule != "" && len(s.Rules) == 0 {
		http.Error(w, fmt.Sprintf("no rule with the id %q is live: /status lists them, and the files that are refused", q.Rule), http.StatusNotFound)
		return
	}
	if asText {
		var b bytes.Buffer
		writeText(&b, s, clock(r.Now))
		answer(w, http.StatusOK, "text/plain; charset=utf-8", b.Bytes())
		return
	}
	answerJSON(w, http.StatusOK, s)
}

// readOnly answers a request with another method than GET or HEAD.
func readOnly(w http.ResponseWriter, req *http.Request) bool {
	if req.Method == http.MethodGet || req.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
	return false
}

// wantsText tells whether a request wants text rather than JSON.
func wantsText(req *http.Request, byDefault bool) (bool, error) {
	switch format := req.URL.Query().Get("format"); format {
	case "text":
		return true, nil
	case "json":
		return false, nil
	case "":
	default:
		return false, fmt.Errorf("format is %q, want json or text", format)
	}
	for accepted := range strings.SplitSeq(req.Header.Get("Accept"), ",") {
		switch kind, _, _ := mime.ParseMediaType(accepted); kind {
		case "text/plain":
			return true, nil
		case "application/json":
			return false, nil
		}
	}
	return byDefault, nil
}

func answerJSON(w http.ResponseWriter, code int, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, "write the status: "+err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, code, "application/json", append(text, '\n'))
}

func answer(w http.ResponseWriter, code int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	w.Write(body) // an error is the client's, who is gone
}
