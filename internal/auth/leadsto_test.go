package auth_test

import (
	"strings"
	"testing"

	"howareyou/internal/auth"
)

func TestLeadsTo(t *testing.T) {
	for path, want := range map[string]bool{
		"/clinic/alerts/12": true, "/clinic/patients/018f0000-0000-7000-8000-000000000001": true, "/clinic/messages": true, "/clinic": true,
		"": false, "/": false, "//evil.example": false, "/clinic//evil.example": false, "https://evil.example": false, "/clinic/../in": false,
		"/clinic/alerts/12?x=1": false, "/clinic/alerts/12#x": false, "/clinic/alerts/%2e": false, "/clinic\\evil": false, "/circle": false,
		"/clinic/patients/Mary Okafor": false, "/clinic/" + strings.Repeat("a", 200): false, "/clinic/alerts/12\n": false,
	} {
		if got := auth.LeadsTo(auth.ClinicDoor, path); (got == path && path != "") != want || got != "" && got != path {
			t.Errorf("%q leads to %q", path, got)
		}
		if got := auth.LeadsTo(auth.FollowerDoor, path); got != "" {
			t.Errorf("followers are led to %q", got)
		}
	}
}
