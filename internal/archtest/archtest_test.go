package archtest

import "testing"

func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	report(t, checkImports(readPackages(t), importTable, helpers))
}

func TestEachDriverLivesInItsTree(t *testing.T) {
	report(t, checkDrivers(readPackages(t), drivers, helpers))
}

func TestPackagesThatDecideDoNoIO(t *testing.T) {
	report(t, checkPure(readPackages(t), pure, impureStd))
}

func TestTheShippedBinaryLinksNoTestParts(t *testing.T) {
	report(t, checkLinks(readPackages(t), linkBans))
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	report(t, checkDocs(readPackages(t)))
}

func report(t *testing.T, broken []string) {
	t.Helper()
	for _, b := range broken {
		t.Error(b)
	}
}
