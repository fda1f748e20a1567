# One static binary in an empty image: no shell, no package manager, nothing to
# update but the binary. The web process, the worker and the migration are the
# same image with another word after its name.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# timetzdata: people are asked at their local time, and the empty image has no
# zones. Pages and browser files are committed, so nothing else is built.
RUN CGO_ENABLED=0 go build -trimpath -tags timetzdata -ldflags "-s -w" -o /out/howareyou ./cmd/howareyou \
    && mkdir -p /out/spool

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/howareyou /howareyou
# A volume mounted here takes this folder's owner: the spool must be writable
# on the day when the database is not.
COPY --from=build --chown=65532:65532 /out/spool /var/spool/howareyou
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/howareyou"]
CMD ["serve"]
