// Package email hands emails to a mail server, one connection an email, and says
// what is known afterwards. It is the only package that speaks SMTP.
package email
